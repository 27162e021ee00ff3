/**
 * The demo: the app on the simulated exchange, marked as simulated, with a data folder of its own.
 * The exchange runs as a process of its own; this process is the app's server.
 */
import { join } from 'node:path'
import { parseMarketId } from '../core/market.ts'
import { DAY_MS } from '../core/time/interval.ts'
import { readConfig, type Config } from '../server/config.ts'
import { startServer, type RunningServer } from '../server/main.ts'
import { startSimulator } from './start.ts'

export type Demo = Pick<RunningServer, 'lines' | 'stop'>

/** Of these the demo keeps the days and hours of years and the minutes of a week. */
const MARKETS = [
  'BTC-USD',
  'ETH-USD',
  'SOL-USD',
  'XRP-USD',
  'DOGE-USD',
  'ADA-USD',
  'LINK-USD',
  'BTC-EUR',
  'SHIB-USD',
  'PEPE-USD',
].map((product) => parseMarketId(`coinbase:${product}`))

/** Whole years before this one, as much as is there within half a minute. */
const YEARS = 2
const MINUTE_DAYS = 7
/** Of this one the minutes of a year. */
const YEAR_OF_MINUTES = parseMarketId('coinbase:BTC-USD').id
/** An exchange of one's own may be asked as fast as it answers. */
const REQUESTS_PER_SECOND = 400
const SAMPLE_SECONDS = 5

/**
 * Gives what starts the exchange and then the app.
 *
 * @throws ConfigError when the environment is malformed
 */
export function prepareDemo(env: NodeJS.ProcessEnv): () => Promise<Demo> {
  const config = demoConfig(env)
  return async () => {
    const since = new Date(Date.UTC(new Date().getUTCFullYear() - YEARS, 0)).toISOString()
    const simulator = await startSimulator(['--since', since])
    try {
      const coinbase = {
        baseUrl: simulator.url,
        feedUrl: simulator.socketUrl,
        requestsPerSecond: REQUESTS_PER_SECOND,
      }
      const server = await startServer({ ...config, sources: { coinbase } })
      return {
        lines: ['Demo on simulated data, no internet needed; Ctrl-C ends it', ...server.lines],
        stop: () => server.stop().finally(() => simulator.stop()),
      }
    } catch (error) {
      await simulator.stop()
      throw error
    }
  }
}

/** The environment says where it listens and how much it logs; what concerns data is the demo's own. */
function demoConfig(env: NodeJS.ProcessEnv): Config {
  const { HOST, PORT, PUBLIC_URL, TLS_CERT, TLS_KEY, LOG_LEVEL } = env
  const own = readConfig({ HOST, PORT, PUBLIC_URL, TLS_CERT, TLS_KEY, LOG_LEVEL, DATA_DIR: './data-demo' })
  return {
    ...own,
    markets: MARKETS,
    sampleSeconds: SAMPLE_SECONDS,
    simulated: true,
    // What an invented exchange answered can be had again.
    rawDays: 0,
    appDir: join(import.meta.dirname, '..', 'build'),
    minuteDays: MINUTE_DAYS,
    minutesFromMs: { [YEAR_OF_MINUTES]: Date.now() - 365 * DAY_MS },
  }
}
