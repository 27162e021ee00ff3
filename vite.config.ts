import { sveltekit } from '@sveltejs/kit/vite'
import tailwindcss from '@tailwindcss/vite'
import { SvelteKitPWA } from '@vite-pwa/sveltekit'
import { wuchale } from 'wuchale/vite'
import icons from 'unplugin-icons/vite'
import { readFileSync } from 'node:fs'
import { defineConfig, type Plugin } from 'vite'
import { PNG } from 'pngjs'
import { indexedPng } from './server/png.ts'
import { newsOf } from './web/lib/arrival/whats-new.ts'
import { splashes, splashPainter } from './web/splash.ts'

const server = `http://127.0.0.1:${process.env['PORT'] || 8000}`

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

/** `/design`: every component in every state. Served in development only; the build knows nothing of it. */
const designPage: Plugin = {
  name: 'design-page',
  apply: 'serve',
  configureServer({ middlewares, transformIndexHtml }) {
    const html =
      '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width, initial-scale=1" /><script type="module" src="/web/design/main.ts"></script></html>'
    middlewares.use('/design', (_request, response, next) => {
      transformIndexHtml('/design', html).then((page) => {
        response.setHeader('content-type', 'text/html; charset=utf-8')
        response.end(page)
      }, next)
    })
  },
}

/** What is new, beside the app and not in it: a version that runs asks the server for that of the next. */
const news = newsOf(readFileSync('CHANGELOG.md', 'utf8'))
const whatsNew: Plugin = {
  name: 'whats-new',
  apply: 'build',
  generateBundle() {
    if (this.environment.name !== 'client') return
    this.emitFile({ type: 'asset', fileName: 'whats-new.json', source: JSON.stringify(news) })
  },
}

/** The pictures that iOS shows while the app opens; it fetches the one of its size when the app is installed. */
const splashScreens: Plugin = {
  name: 'splash-screens',
  apply: 'build',
  generateBundle() {
    if (this.environment.name !== 'client') return
    const paint = splashPainter(PNG.sync.read(readFileSync('static/icon-512.png')))
    for (const splash of splashes()) {
      this.emitFile({ type: 'asset', fileName: splash.file, source: indexedPng(paint(splash)) })
    }
  },
}

/**
 * What every start needs, and what every start loads right after its first paint, are each one file: over a slow line a request costs more
 * than the bytes that it brings, and a browser makes six at a time.
 */
const codeSplitting = {
  groups: [
    {
      name: 'shell',
      test: /routes\/\+layout\.svelte$|kit\/src\/runtime\/client\/entry\.js$|client-optimized\/app\.js$/,
      priority: 2,
    },
    { name: 'start', test: /web\/lib\/state\/(data|sync)\.ts$/, priority: 1 },
  ],
}

export default defineConfig({
  build: { rolldownOptions: { output: { codeSplitting } } },
  plugins: [
    designPage,
    whatsNew,
    splashScreens,
    tailwindcss(),
    wuchale(),
    icons({ compiler: 'svelte' }),
    sveltekit(),
    SvelteKitPWA({
      srcDir: 'web',
      strategies: 'injectManifest',
      filename: 'service-worker.ts',
      injectRegister: false,
      manifest: false,
      kit: { spa: true, adapterFallback: 'index.html', outDir: '.svelte-kit' },
      injectManifest: {
        globPatterns: ['client/**/*.{js,css,svg,png,webmanifest,woff2}'],
        // The system keeps the one that it needs.
        globIgnores: ['client/splash/**'],
      },
    }),
  ],
  define: { __VERSION__: JSON.stringify(version), __WHATS_NEW__: JSON.stringify(news) },
  // The development server hands API calls to the running server (`npm run dev` starts both).
  server: { proxy: { '/api': server, '/up': server, '/phone': server } },
})
