/** Two processes' archives on one PostgreSQL: what one commits both tell, the same and in the same order, whatever breaks between them. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { OtherNotice } from '../../server/archive/follow.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive, ArchiveEvent } from '../../server/archive/types.ts'
import { openDatabase } from '../../server/db/open.ts'
import { defaultSettling } from '../../server/settling.ts'
import type { MarketId } from '../../core/market.ts'
import { answer, candles } from './archives.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'

const NOW = Date.UTC(2024, 4, 20, 12)
const HOUR = candles('1m', NOW - HOUR_MS, NOW)
const MARKET = 'test:BTC-USD' as MarketId

let server: TestPostgres
let url: string
/** What each of the two has told. */
const told: ArchiveEvent[][] = [[], []]
const others: OtherNotice[][] = [[], []]
const archives: Archive[] = []

async function open(): Promise<Archive> {
  return openArchive(await openDatabase({ dataDir: '', databaseUrl: url }), {
    clock: { now: () => NOW },
    settling: defaultSettling,
    sampleSeconds: 60,
    simulated: false,
  })
}

beforeAll(async () => {
  server = await startPostgres()
  url = await server.createDatabase()
  for (const i of [0, 1]) {
    const archive = await open()
    archive.subscribe((event) => told[i]!.push(event))
    await archive.follow((notice) => others[i]!.push(notice))
    archives.push(archive)
  }
  const [base, quote] = ['BTC', 'USD']
  await archives[0]!.putMarket({
    id: MARKET,
    source: 'test',
    base,
    quote,
    name: base,
    tick: '0.01',
    status: 'live',
    minutesFromMs: null,
  })
})
afterAll(async () => {
  for (const archive of archives) await archive.close()
  await server.stop()
})

/** Until both have told the newest revision; prices are told before it. */
async function bothThere(): Promise<void> {
  const head = await archives[0]!.headRevision()
  const isThere = (events: readonly ArchiveEvent[]) =>
    events.some((event) => event.kind === 'revision' && event.revision === head)
  while (!told.every(isThere)) await new Promise((resolve) => setTimeout(resolve, 5))
}

const revisions = (events: readonly ArchiveEvent[]) =>
  events.filter((event) => event.kind === 'revision').map(({ revision }) => revision)

test('candles, revisions and prices of either are told by both, in one order', async () => {
  const [one, other] = archives
  // An hour of candles is more than one notice holds.
  await one!.applyReading(answer(MARKET, '1m', NOW, NOW, HOUR))
  await other!.recordSamples([{ market: MARKET, atMs: NOW, price: '1.5' }])
  await one!.tellPrices([{ market: MARKET, atMs: NOW + 1, price: '1.6' }])
  await other!.applyReading(
    answer(MARKET, '1m', NOW - 5 * HOUR_MS, NOW, candles('1m', NOW - 5 * HOUR_MS, NOW - 4 * HOUR_MS)),
  )
  await bothThere()
  expect(told[0]!.filter(({ kind }) => kind === 'candle')).toHaveLength(HOUR.length)
  expect(told[0]!.filter(({ kind }) => kind === 'price')).toHaveLength(2)
  expect(told[0]).toEqual(told[1])
  // Whoever serves knows the newest price, be it kept or not.
  for (const archive of archives)
    expect((await archive.prices(NOW)).map(({ price }) => price)).toEqual(['1.6'])
})

test('a listening connection that is cut again and again loses no revision', async () => {
  const [one, other] = archives
  const name = new URL(url).pathname.slice(1)
  for (let round = 0; round < 5; round++) {
    await server.admin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND query LIKE 'LISTEN%'`,
    )
    const minute = NOW + round * MINUTE_MS
    await [one, other][round % 2]!.applyReading(
      answer(MARKET, '1m', minute, minute + MINUTE_MS, candles('1m', minute, minute + MINUTE_MS)),
    )
  }
  await bothThere()
  const head = await one!.headRevision()
  for (const events of told) {
    const heard = revisions(events)
    expect(heard).toEqual(Array.from({ length: heard.length }, (_, i) => head - heard.length + 1 + i))
  }
  // Orders may have been missed meanwhile: whoever reads looks again.
  expect(others.every((notices) => notices.some(({ kind }) => kind === 'again'))).toBe(true)
})

test('an order reaches the others', async () => {
  await archives[0]!.notify({ kind: 'wake' })
  while (!others[1]!.some(({ kind }) => kind === 'wake'))
    await new Promise((resolve) => setTimeout(resolve, 5))
})
