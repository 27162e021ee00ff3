/**
 * The simulated exchange as a program: `node simulator/main.ts [--port N] [--seed TEXT] [--now ISO] …`.
 * Prints one line with its address once it listens; ends on SIGTERM or SIGINT, or with its parent when asked to.
 */
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { HOUR_MS } from '../core/time/interval.ts'
import { ANSWER_FAULTS, SOCKET_FAULTS, WILD_FAULTS, readRules, type FaultRule } from './faults.ts'
import { createSimulator, PROTOCOLS, type ProtocolName, type ServeOptions } from './serve.ts'

const USAGE = `simulated exchange: the REST protocol of a real one (of Coinbase Exchange the WebSocket as well) over invented markets

  --port N           where it listens (default: any free port)
  --host ADDRESS     and at which address (default: 127.0.0.1)
  --seed TEXT        another seed is another world (default: 1)
  --now ISO          the clock starts at this instant (default: the machine's time)
  --protocol NAME    speaks as ${PROTOCOLS.join(', ')} (default: coinbase)
  --more N           so many more markets, M00001-USDT and so on (default: 0)
  --since ISO        nothing was traded before
  --history-days N   nothing was traded before N days before the start
  --rps N            answers 429 beyond N requests in any second (default: no limit)
  --latency MS       the way there and back takes so long (default: 0)
  --fault-rate R     so large a part of its answers is faulty, from 0 to 1 (default: 0)
  --fault-seed TEXT  another seed is another order of faults (default: 1)
  --fault-kinds K,K  only faults of these kinds (default: all of an answer):
                     ${listed(ANSWER_FAULTS)}
                     what single exchanges were seen to do: ${listed(WILD_FAULTS)}
                     and of the socket: ${listed(SOCKET_FAULTS)}
  --with-parent      ends when its standard input closes
  --help             prints this

While it runs, POST /simulator/faults gives it other faults: {"rules":[{"rate":0.2,"seed":"7","kinds":["reset"],
"path":"/candles","after_seconds":10,"for_seconds":60,"count":5}]}; what is left out has a default, the first rule that
draws a fault decides. DELETE ends them, GET shows them, GET /simulator/stats counts.`

interface Flags extends ServeOptions {
  readonly port: number
  readonly host: string
  readonly withParent: boolean
}

/** Names on lines that fit below the others. */
function listed(names: readonly string[]): string {
  return names.join(', ').replace(/(.{60,90}?,) /g, `$1\n${' '.repeat(21)}`)
}

/** @throws RangeError naming the flag, what was given and what is accepted */
function readFlags(args: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      seed: { type: 'string' },
      now: { type: 'string' },
      protocol: { type: 'string' },
      more: { type: 'string' },
      since: { type: 'string' },
      'history-days': { type: 'string' },
      rps: { type: 'string' },
      latency: { type: 'string' },
      'fault-rate': { type: 'string' },
      'fault-seed': { type: 'string' },
      'fault-kinds': { type: 'string' },
      'with-parent': { type: 'boolean' },
    },
  })
  const nowMs = instant('--now', values.now)
  const days = number('--history-days', values['history-days'], 1, 4000)
  const startHourMs = Math.floor((nowMs ?? Date.now()) / HOUR_MS) * HOUR_MS
  return {
    port: number('--port', values.port, 0, 65535) ?? 0,
    host: values.host,
    seed: values.seed ?? '1',
    nowMs,
    protocol: protocolOf(values.protocol),
    more: number('--more', values.more, 0, 100_000) ?? 0,
    sinceMs: instant('--since', values.since) ?? (days === null ? null : startHourMs - days * 24 * HOUR_MS),
    requestsPerSecond: number('--rps', values.rps, 1, 1_000_000),
    latencyMs: number('--latency', values.latency, 0, 60_000) ?? 0,
    rules: faultRules(values['fault-rate'], values['fault-seed'], values['fault-kinds']),
    withParent: values['with-parent'] ?? false,
  }
}

function protocolOf(text: string | undefined): ProtocolName {
  const found = PROTOCOLS.find((name) => name === (text ?? 'coinbase'))
  if (!found) throw new RangeError(`--protocol ${text}: give one of ${PROTOCOLS.join(', ')}`)
  return found
}

function faultRules(
  rate: string | undefined,
  seed: string | undefined,
  kinds: string | undefined,
): readonly FaultRule[] {
  if (rate === undefined) return []
  const rule = { rate: Number(rate), seed, kinds: kinds?.split(',') }
  try {
    return readRules(JSON.stringify({ rules: [rule] }))
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    throw new RangeError(`--fault-rate ${rate}, --fault-kinds ${kinds ?? 'all'}: ${z.prettifyError(error)}`, {
      cause: error,
    })
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

function main(): void {
  if (process.argv.includes('--help')) return console.log(USAGE)
  let flags: Flags
  try {
    flags = readFlags(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  const server = createSimulator(flags)
  const stop = () => {
    server.close()
    server.closeAllConnections()
    process.stdin.destroy()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (flags.withParent) process.stdin.resume().once('end', stop)
  server.once('error', (error) => {
    console.error(
      `the simulated exchange cannot listen at ${flags.host}, port ${flags.port}: ${error.message}`,
    )
    process.exitCode = 1
    stop()
  })
  server.listen(flags.port, flags.host, () => {
    const { port } = server.address() as AddressInfo
    console.log(`simulated exchange: http://127.0.0.1:${port} (seed ${flags.seed})`)
  })
}

main()
