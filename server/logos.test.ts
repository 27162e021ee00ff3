import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fetchLogo, LogoError, openLogos } from './logos.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

/** What the picture host answers, by path. */
const ANSWERS: Readonly<Record<string, readonly [type: string, body: Buffer | string]>> = {
  '/good.png': ['image/png', PNG],
  '/script.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  '/page.html': ['text/html', '<html></html>'],
  '/liar.png': ['image/png', '<svg><script>alert(1)</script></svg>'],
  '/large.png': ['image/png', Buffer.concat([PNG, Buffer.alloc(300 * 1024)])],
}

let hanging = 0
const server = createServer((request, response) => {
  if (request.url === '/hangs.png') {
    hanging++
    response.on('close', () => hanging--)
    return
  }
  if (request.url === '/moved.png') {
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' })
    response.end()
    return
  }
  const answer = ANSWERS[request.url!]
  response.writeHead(answer ? 200 : 404, { 'content-type': answer?.[0] ?? 'text/plain' })
  response.end(answer?.[1])
})
let own: string
const never = new AbortController().signal

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  own = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  'http://coin-images.coingecko.com/coins/images/1/large/bitcoin.png',
  'https://coin-images.coingecko.com.evil.example/bitcoin.png',
  'https://coin-images.coingecko.com:8443/bitcoin.png',
  'https://user:word@coin-images.coingecko.com/bitcoin.png',
  'https://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'missing_large.png',
])('no address but those of the source is asked: %s', async (address) => {
  await expect(fetchLogo(address, null, never)).rejects.toThrow(LogoError)
})

test.each([
  ['/script.svg', /no picture that is kept/],
  ['/page.html', /no picture that is kept/],
  ['/liar.png', /its bytes do not/],
  ['/large.png', /larger than/],
  ['/gone.png', /answered 404/],
  ['/moved.png', /fetch failed/],
])('what is no picture is not taken: %s', async (path, message) => {
  await expect(fetchLogo(own + path, own, never)).rejects.toThrow(message)
})

test('a logo is fetched once, kept under the name of its coin, and known after a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'logos-'))
  const options = { dataDir, ownUrl: own, clock: { now: () => 0 }, log: pino({ level: 'silent' }) }
  const logos = await openLogos(options)
  const find = vi.fn(async () => new Map([['bitcoin', `${own}/good.png`]]))
  expect(await logos.read('bitcoin')).toBeNull()
  logos.want(['bitcoin', 'bitcoin', '../bitcoin', 'nobody'], find)
  await expect.poll(() => logos.has('bitcoin')).toBe(true)
  logos.want(['bitcoin', 'nobody'], find)
  expect(find.mock.calls).toEqual([[['bitcoin', 'nobody']]])
  expect(await logos.read('bitcoin')).toEqual({ bytes: new Uint8Array(PNG), type: 'image/png' })
  await logos.close()
  expect(await readdir(join(dataDir, 'logos'))).toEqual(['bitcoin.png'])
  expect((await openLogos(options)).has('bitcoin')).toBe(true)
  await rm(dataDir, { recursive: true })
})

test('a picture that hangs holds up no other one, and who asks for it but a moment', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'logos-'))
  const clock = { now: () => 0 }
  const logos = await openLogos({ dataDir, ownUrl: own, clock, log: pino({ level: 'silent' }) })
  const addresses = new Map([
    ['bitcoin', `${own}/good.png`],
    ['slow', `${own}/hangs.png`],
    ['behind', `${own}/good.png`],
  ])
  logos.want([...addresses.keys()], () => Promise.resolve(addresses))
  await expect.poll(() => hanging).toBe(1)
  expect(await logos.read('bitcoin')).not.toBeNull()
  expect(await logos.read('behind')).toBeNull()
  expect(await logos.read('slow')).toBeNull()
  expect(hanging).toBe(1)
  await logos.close()
  await rm(dataDir, { recursive: true })
})
