# The app as one image. `docker compose up --build` runs it with PostgreSQL and Caddy; alone, on its embedded database:
#   docker build -t crypto-tracker . && docker run -p 127.0.0.1:8000:8000 -v crypto-tracker:/data crypto-tracker

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# What the server itself needs: no build tools, no second Node, and nothing that only compilers and debuggers read.
FROM node:24-bookworm-slim AS production
WORKDIR /app
COPY package.json package-lock.json docker/slim.mjs ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && node slim.mjs node_modules

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Crypto Tracker" \
      org.opencontainers.image.description="Self-hosted, offline-first crypto price archive and volatility lab" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
RUN install -d -o node -g node -m 700 /data && ln -s /app/server/cli/bin.mjs /usr/local/bin/crypto-tracker
COPY --from=production /app/node_modules node_modules
COPY package.json LICENSE ./
COPY drizzle drizzle
COPY core core
COPY server server
COPY web/fonts web/fonts
COPY --from=build /app/build build
USER node
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "server/alive.mjs"]
CMD ["node", "server/start.mjs"]
