import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import { openArchive } from '../archive/open.ts'
import type { Archive } from '../archive/types.ts'
import { systemClock } from '../clock.ts'
import { openDatabase } from '../db/open.ts'
import { coinbase } from '../providers/coinbase.ts'
import { ExchangeProvider } from '../providers/exchange.ts'
import type { ListedMarket } from '../providers/types.ts'
import { defaultSettling } from '../settling.ts'
import { Roster } from './roster.ts'

const [btc, eth, typo] = ['coinbase:BTC-USD', 'coinbase:ETH-USD', 'coinbase:BTC-UDS'].map(
  (name) => parseMarketId(name).id,
)
const listed = (...names: string[]): ListedMarket[] =>
  names.map((name) => ({ ...parseMarketId(`coinbase:${name}`), name, tick: '0.01', active: true }))

let folder: string
let archive: Archive
let roster: Roster

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roster-'))
  const database = await openDatabase({ dataDir: folder, databaseUrl: null })
  const common = { clock: systemClock, settling: defaultSettling, sampleSeconds: 60 }
  archive = await openArchive(database, { ...common, simulated: true, rawDays: 30 })
  for (const id of [btc!, eth!, typo!]) {
    const { source, base, quote } = parseMarketId(id)
    const status = 'live' as const
    await archive.putMarket({ id, source, base, quote, name: base, tick: null, status, minutesFromMs: null })
  }
  const log = pino({ level: 'silent' })
  const keepRaw = () => {}
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: 'http://127.0.0.1:9',
    feedUrl: null,
    requestsPerSecond: 1,
    keepRaw,
    log,
    ...common,
  })
  roster = new Roster({ archive, providers: [provider], minuteDays: 30, log, ...common })
  await roster.load()
  await provider.close()
})

afterAll(async () => {
  await archive.close()
  await rm(folder, { recursive: true })
})

const followed = () => [...roster.followed.values()].map(({ market, live }) => [market, live])
const kept = async () =>
  (await archive.markets()).map(({ id, name, tick, status }) => [id, name, tick, status])

it('nothing is followed before the source has listed it', () => expect(followed()).toEqual([]))

it('listed markets get tick and name, and one that is not listed is reported with the nearest', async () => {
  await roster.list('coinbase', listed('BTC-USD', 'ETH-USD', 'DOGE-EUR'))
  await roster.name('coinbase', new Map([['BTC', 'Bitcoin']]))
  expect(followed()).toEqual([
    [btc, true],
    [eth, true],
  ])
  expect(await kept()).toEqual([
    [btc, 'Bitcoin', '0.01', 'live'],
    [eth, 'ETH', '0.01', 'live'],
    [typo, 'BTC', null, 'unlisted'],
  ])
  expect([...roster.unknown.values()]).toEqual([
    {
      market: typo,
      reason: 'coinbase does not list it',
      nearest: [btc, eth],
      told: { code: 'not-listed', source: 'coinbase', market: typo, near: [btc, eth] },
    },
  ])
})

it('a market that vanishes from the list once goes on, twice it has ended, and comes back with the list', async () => {
  expect(await roster.list('coinbase', listed('BTC-USD'))).toBe(true)
  await roster.load()
  expect(followed()).toContainEqual([eth, true])
  expect(await roster.list('coinbase', listed('BTC-USD'))).toBe(false)
  expect(followed()).toContainEqual([eth, false])
  expect(roster.unknown.get(eth!)?.reason).toBe('coinbase no longer lists it; its history stays')
  await roster.list('coinbase', listed('BTC-USD', 'ETH-USD'))
  expect(followed()).toContainEqual([eth, true])
  expect([...roster.unknown.keys()]).toEqual([typo])
})

it('a market that was removed or paused is followed no longer', async () => {
  const [market] = (await archive.markets()).filter(({ id }) => id === eth)
  await archive.putMarket({ ...market!, status: 'paused' })
  await archive.removeMarket(btc!, true)
  await roster.load()
  expect(followed()).toEqual([])
})
