/**
 * The simulated exchange and the app's server as processes of their own, on ports that stay the same when the server is
 * killed and started again, so that an installed app finds it where it was.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PLAIN_HOST } from './browser.ts'
import { startApp, temporaryFolder, type RunningApp } from '../journey/processes.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Stage {
  /** Where the server runs; its data lies in `data` there. */
  readonly folder: string
  /** `http://localhost:PORT`: a secure context for the browser. */
  readonly url: string
  /** The same server over plain http, in no secure context. */
  readonly plainUrl: string
  /** The one-time link that the server printed at its start; it works once. */
  ownerLink(): string
  /** SIGKILL, as a phone sees it when the train enters the tunnel. */
  killServer(): Promise<void>
  /** Does nothing while it runs. */
  startServer(): Promise<void>
  close(): Promise<void>
}

/** Starts both and waits until the server answers. */
export async function openStage(env: Readonly<Record<string, string>>): Promise<Stage> {
  const folder = await temporaryFolder()
  const exchange = spawn(
    process.execPath,
    [join(ROOT, 'simulator/main.ts'), '--port', '0', '--with-parent'],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const exchangeUrl = await addressOf(exchange)
  const port = String(await freePort())
  let server: RunningApp | null = null
  const startServer = async () => {
    if (server) return
    server = await startApp(['server/start.mjs', '--no-build'], folder.path, {
      ...env,
      PORT: port,
      COINBASE_URL: exchangeUrl,
      COINBASE_WS_URL: 'ws://127.0.0.1:9',
      COINGECKO_URL: 'http://127.0.0.1:9',
    })
  }
  await startServer()
  return {
    folder: folder.path,
    url: `http://localhost:${port}`,
    plainUrl: `http://${PLAIN_HOST}:${port}`,
    ownerLink: () => /^Owner: +(\S+)/m.exec(server?.printed() ?? '')?.[1] ?? '',
    async killServer() {
      await server?.kill()
      server = null
    },
    startServer,
    async close() {
      await server?.kill()
      exchange.kill()
      await folder[Symbol.asyncDispose]()
    },
  }
}

async function addressOf(exchange: ChildProcess): Promise<string> {
  let printed = ''
  for await (const part of exchange.stdout ?? []) {
    printed += String(part)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0]
    if (url) {
      exchange.stdout?.resume()
      return url
    }
  }
  throw new Error(`the simulated exchange did not start: ${printed}`)
}

/** A port that nobody listens at right now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
