/**
 * The simulated exchange as a program: `node simulator/main.ts [--port N] [--seed TEXT] [--now ISO] …`.
 * Prints one line with its address once it listens; ends on SIGTERM or SIGINT, or with its parent when asked to.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { HOUR_MS } from '../core/time/interval.ts'
import { createExchange } from './exchange.ts'
import { createCounter } from './limit.ts'

const USAGE = `simulated exchange: Coinbase Exchange's REST protocol over invented markets

  --port N           where it listens on 127.0.0.1 (default: any free port)
  --seed TEXT        another seed is another world (default: 1)
  --now ISO          the clock starts at this instant (default: the machine's time)
  --since ISO        nothing was traded before
  --history-days N   nothing was traded before N days before the start
  --rps N            answers 429 beyond N requests in any second (default: no limit)
  --with-parent      ends when its standard input closes`

interface Flags {
  readonly port: number
  readonly seed: string
  readonly nowMs: number | null
  readonly sinceMs: number | null
  readonly requestsPerSecond: number | null
  readonly withParent: boolean
}

/** @throws RangeError naming the flag, what was given and what is accepted */
function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      seed: { type: 'string' },
      now: { type: 'string' },
      since: { type: 'string' },
      'history-days': { type: 'string' },
      rps: { type: 'string' },
      'with-parent': { type: 'boolean' },
    },
  })
  const nowMs = instant('--now', values.now)
  const days = number('--history-days', values['history-days'], 1, 4000)
  const startHourMs = Math.floor((nowMs ?? Date.now()) / HOUR_MS) * HOUR_MS
  return {
    port: number('--port', values.port, 0, 65535) ?? 0,
    seed: values.seed ?? '1',
    nowMs,
    sinceMs: instant('--since', values.since) ?? (days === null ? null : startHourMs - days * 24 * HOUR_MS),
    requestsPerSecond: number('--rps', values.rps, 1, 1_000_000),
    withParent: values['with-parent'] ?? false,
  }
}

function number(flag: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new RangeError(`${flag} ${text}: give a whole number from ${least} to ${most}`)
  return value
}

function instant(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw new RangeError(`${flag} ${text}: give an ISO 8601 time, for example 2026-03-01T00:00:00Z`)
  return ms
}

function serve(flags: Flags): Server {
  const exchange = createExchange({ seed: flags.seed, sinceMs: flags.sinceMs })
  const counter = createCounter(flags.requestsPerSecond)
  const aheadMs = flags.nowMs === null ? 0 : flags.nowMs - Date.now()
  const respond = (request: { method?: string | undefined; url?: string | undefined }) => {
    const url = new URL(request.url ?? '/', 'http://simulator')
    if (url.pathname === '/simulator/stats') return { status: 200, body: JSON.stringify(counter.stats) }
    if (!counter.admit(performance.now()))
      return { status: 429, body: '{"message":"Public rate limit exceeded"}' }
    if (request.method !== 'GET') return { status: 405, body: '{"message":"Method not allowed"}' }
    return exchange.answer(url, Date.now() + aheadMs)
  }
  return createServer((request, response) => {
    const { status, body } = respond(request)
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    response.end(body)
  })
}

function main(): void {
  let flags: Flags
  try {
    flags = readFlags(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  const server = serve(flags)
  const stop = () => {
    server.close()
    server.closeAllConnections()
    process.stdin.destroy()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (flags.withParent) process.stdin.resume().once('end', stop)
  server.once('error', (error) => {
    console.error(`the simulated exchange cannot listen on port ${flags.port}: ${error.message}`)
    process.exitCode = 1
    stop()
  })
  server.listen(flags.port, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    console.log(`simulated exchange: http://127.0.0.1:${port} (seed ${flags.seed})`)
  })
}

main()
