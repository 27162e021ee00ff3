import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadAppFiles, type AppFiles } from './app-files.ts'

const PAGE = '<!doctype html><script>start()</script><script src="/a.js"></script>'
const SCRIPT = 'export const answer = 42\n'.repeat(100)

describe('the built app', () => {
  let folder: string
  let files: AppFiles

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-app-'))
    await mkdir(join(folder, '_app/immutable'), { recursive: true })
    await writeFile(join(folder, 'index.html'), PAGE)
    await writeFile(join(folder, 'service-worker.js'), SCRIPT)
    await writeFile(join(folder, 'manifest.webmanifest'), '{}')
    await writeFile(join(folder, '_app/immutable/start.js'), SCRIPT)
    files = await loadAppFiles(folder)
  })
  afterAll(() => rm(folder, { recursive: true }))

  const get = (path: string, headers: Record<string, string> = {}) =>
    files.answer(new Request(`http://localhost${path}`, { headers }), path)

  test.each(['/', '/offline', '/m/coinbase:BTC-USD', '/m/csv:a.b'])('%s is the page', async (path) => {
    const answer = await get(path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-cache')
    expect(await answer.text()).toBe(PAGE)
  })

  test('a navigation to a place that looks like a file is the page, another request is not', async () => {
    expect((await get('/m/csv:a.js', { accept: 'text/html' })).status).toBe(200)
    expect((await get('/missing.js')).status).toBe(404)
    expect((await get('/_app/immutable/old.js', { accept: 'text/html' })).status).toBe(404)
  })

  test.each([
    '/../package.json',
    '/_app/../../package.json',
    '/%2e%2e/package.json',
    '/.env.json',
    '/__proto__.js',
  ])('no path leads out of it: %s', async (path) => {
    expect((await get(path)).status).toBe(404)
  })

  test('hashed files may be kept for ever, the page and the service worker are asked for each time', async () => {
    expect((await get('/_app/immutable/start.js')).headers.get('cache-control')).toContain('immutable')
    expect((await get('/service-worker.js')).headers.get('cache-control')).toBe('no-cache')
    expect((await get('/manifest.webmanifest')).headers.get('content-type')).toBe('application/manifest+json')
  })

  test('scripts come as brotli, as gzip, or as they are', async () => {
    await files.warm()
    const path = '/_app/immutable/start.js'
    const brotli = await get(path, { 'accept-encoding': 'gzip, br' })
    expect(brotli.headers.get('content-encoding')).toBe('br')
    expect(brotli.headers.get('vary')).toBe('accept-encoding')
    expect(brotliDecompressSync(await brotli.arrayBuffer()).toString()).toBe(SCRIPT)
    const gzip = await get(path, { 'accept-encoding': 'gzip' })
    expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(SCRIPT)
    expect(await (await get(path)).text()).toBe(SCRIPT)
  })

  test('what the browser has is not sent again', async () => {
    const etag = (await get('/')).headers.get('etag')!
    const again = await get('/offline', { 'if-none-match': etag })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })

  test('the policy allows the page’s own inline script by its hash and no other', async () => {
    const policy = (await get('/')).headers.get('content-security-policy')!
    // printf 'start()' | openssl dgst -sha256 -binary | base64
    expect(policy).toContain("script-src 'self' 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00=';")
    expect(policy).toContain("frame-ancestors 'none'")
  })
})

test('without a build it says how to build', async () => {
  const files = await loadAppFiles(join(tmpdir(), 'crypto-tracker-no-such-folder'))
  const answer = await files.answer(new Request('http://localhost/'), '/')
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('npm run build') })
})
