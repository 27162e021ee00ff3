/** Our server with its live events; a process of the benchmark `live`. Each `tell` of its parent is one new price. */
import { addMarket, serveArchive } from '../../tests/api/serve.ts'
import { tellUsage } from './usage.ts'

const server = await serveArchive()
const market = await addMarket(server.archive, 'coinbase:BTC-USD')
let atMs = Date.UTC(2024, 2, 10)
tellUsage(() => void server.archive.recordSamples([{ market, atMs: (atMs += 1000), price: '73271.63' }]))
process.once('SIGTERM', () => void server.stop())
console.log(JSON.stringify({ port: server.port }))
