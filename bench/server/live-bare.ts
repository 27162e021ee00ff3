/** Bare node:http that writes the same bytes to all who listen; a process of the benchmark `live`. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { securityHeaders } from '../../server/api/security.ts'
import { tellUsage } from './usage.ts'

const HEADERS = {
  ...securityHeaders('http://localhost'),
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
}
const GREETING = Buffer.from(
  'retry: 3000\n: crypto tracker\n\nid: 1\nevent: revision\ndata: {"revision":1}\n\n',
)

const listeners = new Set<ServerResponse>()
const server = createServer((_, response) => {
  listeners.add(response)
  response.on('close', () => listeners.delete(response))
  response.writeHead(200, HEADERS)
  response.write(GREETING)
})
let atMs = Date.UTC(2024, 2, 10)
tellUsage(() => {
  for (let event = 0; event < 10; event++) {
    const time = new Date((atMs += 1000)).toISOString().replace('.000', '')
    const data = JSON.stringify({ market: 'coinbase:BTC-USD', price: '73271.63', as_of: time })
    const frame = Buffer.from(`event: price\ndata: ${data}\n\n`)
    for (const response of listeners) response.write(frame)
  }
})
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }))
})
