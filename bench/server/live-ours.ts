/** Our server with its live events; a process of the benchmark `live`. Each `tell` of its parent is ten prices, one round. */
import { addMarket, serveArchive } from '../../tests/api/serve.ts'
import { tellUsage } from './usage.ts'

const server = await serveArchive()
const market = await addMarket(server.archive, 'coinbase:BTC-USD')
let atMs = Date.UTC(2024, 2, 10)
tellUsage(() => {
  const prices = Array.from({ length: 10 }, () => ({ market, atMs: (atMs += 1000), price: '73271.63' }))
  void server.archive.recordSamples(prices)
})
process.once('SIGTERM', () => void server.stop())
console.log(JSON.stringify({ port: server.port }))
