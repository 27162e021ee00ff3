/**
 * Each kind of faulty answer on a market and interval of its own, in virtual time: what came of it is printed as JSON, for
 * `tests/journey/faulty-answers.test.ts`. A program of its own, since the clock of its process is gone.
 */
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { StoredInterval } from '../../core/time/interval.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { AnswerFault, FaultRule } from '../../simulator/faults.ts'
import { VirtualTime } from './virtual-time.ts'

export interface FaultReport {
  readonly kind: AnswerFault
  readonly product: string
  readonly interval: StoredInterval
  /** How often it was to be met, and how often it was. */
  readonly wanted: number
  readonly given: number
  readonly held: readonly CandleRow[]
  readonly real: readonly CandleRow[]
  /** What quarantine says of the market. */
  readonly refused: readonly { readonly reason: string; readonly raw: string }[]
  /** Answers kept about this series. */
  readonly raw: number
}

const BASE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const START_MS = Date.UTC(2026, 2, 14, 9, 26, 53)

const time = VirtualTime.install(START_MS)
const { installDisk, makeTemplate, embeddedPlace } = await import('./embedded.ts')
installDisk()
await import('ccxt')
const { sql } = await import('drizzle-orm')
const { parseMarketId } = await import('../../core/market.ts')
const { DAY_MS, INTERVAL_MS, MINUTE_MS, floorTo } = await import('../../core/time/interval.ts')
const { rows } = await import('../../server/db/database.ts')
const { createAnswering } = await import('../../simulator/answering.ts')
const { coinbaseProtocol } = await import('../../simulator/protocols/coinbase.ts')
const { ANSWER_FAULTS, Faults, ROW_FAULTS } = await import('../../simulator/faults.ts')
const { createCounter } = await import('../../simulator/limit.ts')
const { randomStream } = await import('../../simulator/random.ts')
const { createTruth } = await import('../../simulator/truth.ts')
const { Connection, noTrouble } = await import('./database.ts')
const { beginLife } = await import('./life.ts')
const { createFetch } = await import('./network.ts')

const PRODUCTS = [
  ...['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC', 'SHIB', 'PEPE'].map((base) => `${base}-USD`),
  'BTC-EUR',
  'ETH-EUR',
]
const SEED = process.env['FAULT_SEED'] ?? '1'
const SINCE_MS = floorTo('1h', START_MS) - 2 * DAY_MS
const CLOSED_MS = floorTo('1h', START_MS - MINUTE_MS)
/** Everything is read, and asked for again, within so long. */
const LASTS_MS = 40 * MINUTE_MS
const REQUESTS_PER_SECOND = 10

/** What is answered well in the end is asked once only; and a spike that is given twice is the record. */
const faultsOf = (kind: AnswerFault) => (kind === 'slow' || kind === 'spike' ? 1 : 2)

const isOfRows = (kind: AnswerFault) => (ROW_FAULTS as readonly AnswerFault[]).includes(kind)
/** Those of rows stand where there are many. */
const places = [...ROW_FAULTS, ...ANSWER_FAULTS.filter((kind) => !isOfRows(kind))].map((kind, i) => ({
  kind,
  product: PRODUCTS[i % PRODUCTS.length]!,
  interval: (['1m', '1h', '1d'] as const)[Math.floor(i / PRODUCTS.length)]!,
}))
const pathOf = ({ product, interval }: { readonly product: string; readonly interval: StoredInterval }) =>
  `/products/${product}/candles?granularity=${INTERVAL_MS[interval] / 1000}&`

const faults = new Faults()
const rule = (given: Pick<FaultRule, 'kinds' | 'path' | 'count'>): FaultRule => ({
  rate: 1,
  seed: SEED,
  after_seconds: 0,
  for_seconds: null,
  ...given,
})
faults.set([
  // Its first answer of all is "too many".
  rule({ kinds: ['too-many'], path: '/products', count: 1 }),
  ...places.map((place) => rule({ kinds: [place.kind], path: pathOf(place), count: faultsOf(place.kind) })),
])
const answering = createAnswering({
  protocol: coinbaseProtocol({ seed: '1', sinceMs: SINCE_MS }),
  counter: createCounter(REQUESTS_PER_SECOND),
  faults,
  now: () => time.now(),
})
globalThis.fetch = createFetch({ time, answering, bits: randomStream('network'), cut: () => null })

const real = <T>(work: () => Promise<T>) => time.passWhile(time.real(work))
const template = await real(() => makeTemplate(BASE))
const place = embeddedPlace(BASE, template)
const database = new Connection(time, noTrouble()).over(await real(() => place.open()))
const life = await time.passWhile(
  beginLife({
    database,
    clock: { now: () => time.now() },
    random: Math.random,
    requestsPerSecond: REQUESTS_PER_SECOND,
    sampleSeconds: 300,
    minuteDays: 2,
    say: () => {},
  }),
)
for (const product of PRODUCTS) {
  const { id, source, base, quote } = parseMarketId(`coinbase:${product}`)
  const market = { id, source, base, quote, name: base, tick: null, status: 'live' } as const
  await time.passWhile(life.archive.putMarket({ ...market, minutesFromMs: SINCE_MS }))
}
life.ingest.wake()
await time.passUntil(START_MS + LASTS_MS)

const truth = createTruth({ seed: '1', sinceMs: SINCE_MS })
const reports: FaultReport[] = []
for (const one of places) {
  const { kind, product, interval } = one
  const market = parseMarketId(`coinbase:${product}`).id
  const held = await time.passWhile(life.archive.candles(market, interval, 0, CLOSED_MS, 10_000))
  const [refused, raw] = await time.passWhile(
    database.read(async (tx) => [
      await rows<{ reason: string; raw: string }>(
        tx,
        sql`SELECT reason, raw FROM quarantine WHERE market = ${market}`,
      ),
      await rows<{ url: string }>(tx, sql`SELECT url FROM raw WHERE strpos(url, ${pathOf(one)}) > 0`),
    ]),
  )
  reports.push({
    ...one,
    wanted: faultsOf(kind),
    given: faults.given[kind] ?? 0,
    held: held.map(({ startMs, open, high, low, close, volume }) => ({
      startMs,
      open,
      high,
      low,
      close,
      volume,
    })),
    real: truth.rows(product, interval, SINCE_MS - DAY_MS, floorTo(interval, CLOSED_MS)),
    refused,
    raw: raw.length,
  })
}
const verified = await time.passWhile(life.archive.verify(null))
await time.passWhile(life.stop())
await place.remove()
rmSync(template, { recursive: true, force: true })
console.log(JSON.stringify({ reports, faults: verified.faults }))
