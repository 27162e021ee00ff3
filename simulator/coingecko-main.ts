/**
 * The simulated CoinGecko as a program: `node simulator/coingecko-main.ts [--port N] [--seed TEXT] [--now ISO] [--pro]`.
 * Prints one line with its address once it listens; ends on SIGTERM or SIGINT, or with its parent when asked to.
 */
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { DAY_MS } from '../core/time/interval.ts'
import { createCoinGeckoSimulator } from './coingecko-serve.ts'

const USAGE = `simulated CoinGecko: its public API over the simulated exchange's coins

  --port N           where it listens on 127.0.0.1 (default: any free port)
  --seed TEXT        another seed is another world (default: 1)
  --now ISO          the clock starts at this instant (default: the machine's time)
  --pro              the whole history, as with a pro key (default: 365 days)
  --with-parent      ends when its standard input closes
  --help             prints this

While it runs, POST /simulator/faults spoils the next answers: a JSON list of too-many, too-many-long, missing-parameter,
server-error, captcha, truncated, null-prices, each given once. GET /simulator/asked lists what was asked.`

function readFlags(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      now: { type: 'string' },
      pro: { type: 'boolean', default: false },
      'with-parent': { type: 'boolean', default: false },
    },
  })
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65535)
    throw new RangeError(`--port ${values.port}: give a whole number from 0 to 65535`)
  const startMs = values.now === undefined ? null : Date.parse(values.now)
  if (Number.isNaN(startMs))
    throw new RangeError(`--now ${values.now}: give an ISO 8601 time, for example 2026-03-01T00:00:00Z`)
  return { port, seed: values.seed, startMs, isPro: values.pro, withParent: values['with-parent'] }
}

function main(): void {
  if (process.argv.includes('--help')) return console.log(USAGE)
  let flags: ReturnType<typeof readFlags>
  try {
    flags = readFlags(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  const { port, seed, startMs, isPro, withParent } = flags
  const aheadMs = startMs === null ? 0 : startMs - Date.now()
  const server = createCoinGeckoSimulator({
    seed,
    reachMs: isPro ? null : 365 * DAY_MS,
    now: () => Date.now() + aheadMs,
  })
  const stop = () => {
    server.close()
    server.closeAllConnections()
    process.stdin.destroy()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  if (withParent) process.stdin.resume().once('end', stop)
  server.once('error', (error) => {
    console.error(`the simulated CoinGecko cannot listen on port ${port}: ${error.message}`)
    process.exitCode = 1
    stop()
  })
  server.listen(port, '127.0.0.1', () => {
    const address = server.address() as AddressInfo
    console.log(`simulated CoinGecko: http://127.0.0.1:${address.port} (seed ${seed})`)
  })
}

main()
