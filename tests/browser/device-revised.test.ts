/** A minute that its source replaces reaches a device's store over real HTTP in one sync of a few kilobytes; no browser takes part. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { RebuildAt } from '../../server/archive/types.ts'
import { createReadAgain } from '../../server/ingest/read-again.ts'
import { testDevice } from '../../web/lib/sync/test-device.ts'
import { Compute } from '../../web/worker/compute.ts'
import { addMarket, candleAt, NOW_MS, readAll, sealAll, serveArchive, type TestServer } from '../api/serve.ts'

let server: TestServer
beforeAll(async () => {
  server = await serveArchive()
})
afterAll(() => server.stop())

test('a replaced minute is on the device after one sync of a few kilobytes; a rebuild sends nothing', async () => {
  const { archive, url } = server
  const market = await addMarket(archive, 'coinbase:BTC-USD')
  const from = NOW_MS - 4 * DAY_MS
  await archive.putMarket({ ...(await archive.markets())[0]!, minutesFromMs: from })
  await readAll(archive, market, '1m', from, NOW_MS)
  await readAll(archive, market, '1m', from, NOW_MS, NOW_MS + MINUTE_MS)
  await sealAll(archive)

  let bytes = 0
  const get = async (path: string, init: RequestInit) => {
    const response = await fetch(`${url}${path}`, init)
    bytes += (await response.clone().arrayBuffer()).byteLength
    return response
  }
  const device = await testDevice({ fetch: get, nowMs: NOW_MS })
  expect((await device.round()).complete).toBe(true)
  const startMs = Math.floor((NOW_MS - 2 * DAY_MS) / HOUR_MS) * HOUR_MS
  const close = async () =>
    (await new Compute(device.store).columns(market, '1m', startMs, startMs + MINUTE_MS)).close[0]
  expect(await close()).toBe(Number(candleAt(startMs).close))

  // The day is read again, and its source says something else of one minute.
  const sliceMs = 300 * MINUTE_MS
  const slice = Math.floor(startMs / sliceMs) * sliceMs
  const rows = Array.from({ length: 300 }, (_, i) => candleAt(slice + i * MINUTE_MS)).map((row) =>
    row.startMs === startMs ? { ...row, high: '99999', close: '99999' } : row,
  )
  const read = { market, interval: '1m', fromMs: slice, toMs: slice + sliceMs } as const
  const readAtMs = NOW_MS + HOUR_MS
  await archive.applyReading({ ...read, readToMs: read.toMs, readAtMs, rows, refused: [] })
  const body = rows.map(
    (row) => `[${row.startMs / 1000},${row.low},${row.high},${row.open},${row.close},${row.volume}]`,
  )
  await archive.keepRaw({
    source: 'coinbase',
    url: 'https://x',
    atMs: readAtMs,
    status: 200,
    body: `[${body.join(',')}]`,
    question: { ...read, readAtMs, product: 'BTC-USD' },
  })
  await sealAll(archive)

  bytes = 0
  await device.round()
  expect(await close()).toBe(99999)
  expect(bytes).toBeLessThan(3_000)
  expect(device.troubles).toEqual([])

  const head = await archive.headRevision()
  const readAgain = createReadAgain()
  let at: RebuildAt | null = null
  do at = (await archive.rebuild(market, at, readAgain)).next
  while (at !== null)
  expect(await archive.headRevision()).toBe(head)
})
