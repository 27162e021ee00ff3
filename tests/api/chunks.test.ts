/** A chunk is answered from memory the second time, and nobody can tell by the answer. */
import { get, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import type { ChunkHash } from '../../core/chunk/chunk.ts'
import { createHotChunks } from '../../server/api/hot-chunks.ts'
import { addMarket, readAll, sealAll, serveArchive, type TestServer } from './serve.ts'

const FROM_MS = Date.UTC(2024, 2, 5)

let server: TestServer
let path: string
let hash: ChunkHash

beforeAll(async () => {
  server = await serveArchive()
  const market = await addMarket(server.archive, 'coinbase:BTC-USD')
  await readAll(server.archive, market, '1m', FROM_MS, FROM_MS + DAY_MS)
  await sealAll(server.archive)
  const page = await server.archive.sync(0, [market], 'br', null)
  if (!('chunks' in page)) throw new Error('the archive has no manifest')
  hash = page.chunks[0]!.sha256
  path = `/api/v1/chunks/${hash}`
})
afterAll(() => server.stop())

const without = (headers: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))

/** The answer as it comes over the wire, but for what changes with time. */
async function ask(
  headers: Record<string, string>,
): Promise<{ status: number; headers: object; body: Buffer }> {
  const sent = get(server.url + path, { headers, agent: false })
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode!,
    headers: without(response.headers, ['date']),
    body: await buffer(response),
  }
}

test.each(['br', 'gzip, deflate', 'identity'])(
  '%s: the second answer is the first one again',
  async (accepted) => {
    const first = await ask({ 'accept-encoding': accepted })
    const second = await ask({ 'accept-encoding': accepted })
    expect(first.status).toBe(200)
    expect(second).toEqual(first)
  },
)

test('304 has the headers of the answer that it stands for, and no body', async () => {
  const whole = await ask({ 'accept-encoding': 'br' })
  const known = await ask({ 'accept-encoding': 'br', 'if-none-match': `"${hash}"` })
  expect(known.status).toBe(304)
  expect(known.body).toHaveLength(0)
  expect(known.headers).toEqual(
    without(whole.headers, ['content-type', 'content-encoding', 'content-length']),
  )
})

test('answers from memory are counted like those of the route', async () => {
  const counted = async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const line = text.split('\n').filter((each) => /^http_requests_total\{.*chunks.*status="200"/.test(each))
    expect(line).toHaveLength(1)
    return Number(line[0]!.split(' ').at(-1))
  }
  await ask({ 'accept-encoding': 'br' })
  const before = await counted()
  await ask({ 'accept-encoding': 'br' })
  // What Prometheus reads may be a moment old.
  await expect.poll(counted).toBe(before + 1)
})

test('what is kept in memory is bounded: the longest kept goes first', async () => {
  const asked: string[] = []
  const megabytes = 40
  const hot = createHotChunks(
    {
      chunk: async (name) => {
        asked.push(name)
        return new Uint8Array(megabytes * 1024 * 1024)
      },
    },
    { answered: () => {} },
    {},
  )
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as ChunkHash[]
  for (const name of [a!, a!, b!, b!, a!]) await hot.read(name, 'br')
  expect(asked).toEqual([a, b, a])
})
