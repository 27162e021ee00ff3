/**
 * Bare node:http that serves the chunks of another server from a map, byte for byte and header for header, with ETag and
 * 304; a process of the benchmark `chunk-route`. Arguments: the other server's address, then the chunks' names.
 */
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { tellUsage } from './usage.ts'

interface Answer {
  readonly bytes: Buffer
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Those of a 304. */
  readonly unchanged: Answer['headers']
}

const [origin, ...hashes] = process.argv.slice(2)
const chunks = new Map<string, Answer>()
for (const hash of hashes) {
  const path = `/api/v1/chunks/${hash}`
  const asked = get(`${origin}${path}`, { headers: { 'accept-encoding': 'br' }, agent: false })
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  // What node:http writes by itself.
  const headers = without(response.headers, ['connection', 'keep-alive', 'date'])
  const unchanged = without(headers, ['content-length', 'content-type', 'content-encoding'])
  chunks.set(path, { bytes: await buffer(response), headers, unchanged })
}

function without(headers: Answer['headers'], names: readonly string[]): Answer['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}

const server = createServer((request, response) => {
  const answer = chunks.get(request.url!)
  if (!answer) response.writeHead(404).end()
  else if (request.headers['if-none-match'] === answer.headers['etag'])
    response.writeHead(304, answer.unchanged).end()
  else response.writeHead(200, answer.headers).end(answer.bytes)
})
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }))
})
tellUsage()
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
})
