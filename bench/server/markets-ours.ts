/**
 * Our whole server, ingest included, following many markets of a simulated exchange; a process of the benchmark `markets`.
 * Arguments: address of the exchange, how many markets, requests a second, address of a PostgreSQL or nothing.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseMarketId } from '../../core/market.ts'
import { readConfig } from '../../server/config.ts'
import { startServer } from '../../server/main.ts'
import { tellUsage } from './usage.ts'

const [baseUrl, count, requestsPerSecond, databaseUrl] = process.argv.slice(2)
const dataDir = await mkdtemp(join(tmpdir(), 'crypto-tracker-markets-'))
const source = { baseUrl: baseUrl!, feedUrl: null, requestsPerSecond: Number(requestsPerSecond) }
const delays = monitorEventLoopDelay({ resolution: 10 })
const server = await startServer({
  ...readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error' }),
  port: 0,
  databaseUrl: databaseUrl || null,
  sources: { binance: source },
  markets: Array.from({ length: Number(count) }, (_, i) =>
    parseMarketId(`binance:M${String(i + 1).padStart(5, '0')}-USDT`),
  ),
  simulated: true,
  minuteDays: 1,
})
tellUsage((order) => {
  if (order === 'begin') delays.reset()
  if (order === 'delays')
    process.send?.({
      p99: delays.percentile(99) / 1e6,
      most: delays.max / 1e6,
      peakRss: process.resourceUsage().maxRSS * 1024,
    })
})
delays.enable()
process.once('SIGTERM', () => {
  void server.stop().then(() => rm(dataDir, { recursive: true, force: true }))
})
console.log(JSON.stringify({ url: `http://127.0.0.1:${server.port}` }))
