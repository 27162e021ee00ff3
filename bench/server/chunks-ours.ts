/** Our server with three sealed days of minutes; a process of the benchmark `chunk-route`. */
import { DAY_MS } from '../../core/time/interval.ts'
import { addMarket, NOW_MS, sealAll, serveArchive } from '../../tests/api/serve.ts'
import { applyMinutes } from './seed.ts'
import { tellUsage } from './usage.ts'

const FROM_MS = Date.UTC(2024, 2, 5)

const server = await serveArchive()
const market = await addMarket(server.archive, 'coinbase:BTC-USD')
await applyMinutes(server.archive, market, FROM_MS, FROM_MS + 3 * DAY_MS, NOW_MS)
await sealAll(server.archive)
const page = await server.archive.sync(0, [market], 'br', null)
if (!('chunks' in page)) throw new Error('the archive has no manifest')
const hashes = page.chunks.filter((chunk) => chunk.interval === '1m').map((chunk) => chunk.sha256)
tellUsage()
process.once('SIGTERM', () => void server.stop())
console.log(JSON.stringify({ url: server.url, hashes }))
