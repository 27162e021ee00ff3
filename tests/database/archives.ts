/** The same archive on both databases, and candles to put into it. */
import { rm } from 'node:fs/promises'
import type { CandleRow } from '../../core/candle/row.ts'
import type { MarketId } from '../../core/market.ts'
import { floorTo, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { ArchiveOptions } from '../../server/archive/context.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive, Market, Reading } from '../../server/archive/types.ts'
import { openDatabase } from '../../server/db/open.ts'
import type { Database } from '../../server/db/database.ts'
import { defaultSettling } from '../../server/settling.ts'
import { newDataDir } from './folder.ts'
import { startPostgres } from './postgres.ts'

export type Kind = 'embedded' | 'PostgreSQL'
export const KINDS: readonly Kind[] = ['embedded', 'PostgreSQL']

export interface TestArchive {
  readonly archive: Archive
  readonly database: Database
  /** Where it is on PostgreSQL; null of an embedded one. */
  readonly url: string | null
  /** The archive's clock. */
  readonly clock: { nowMs: number }
  /** Follows a market, by default of a source that nobody else asks. */
  follow(market?: Partial<Market> & { readonly pair?: string }): Promise<MarketId>
  close(): Promise<void>
}

let sources = 0

/** Opens an empty archive. */
export async function openTestArchive(
  kind: Kind,
  nowMs: number,
  options: Partial<ArchiveOptions> = {},
): Promise<TestArchive> {
  const server = kind === 'PostgreSQL' ? await startPostgres() : null
  const databaseUrl = server && (await server.createDatabase())
  const dataDir = databaseUrl === null ? await newDataDir() : ''
  const database = await openDatabase({ dataDir, databaseUrl })
  const clock = { nowMs }
  const archive = await openArchive(database, {
    clock: { now: () => clock.nowMs },
    settling: defaultSettling,
    sampleSeconds: 60,
    simulated: false,
    minuteDays: 60,
    ...options,
  })
  return {
    archive,
    database,
    url: databaseUrl,
    clock,
    follow: async ({ pair = 'BTC-USD', source = `test${++sources}`, ...rest } = {}) => {
      const [base, quote] = pair.split('-') as [string, string]
      const id = `${source}:${pair}` as MarketId
      const market = {
        id,
        source,
        base,
        quote,
        name: base,
        tick: '0.01',
        status: 'live',
        minutesFromMs: null,
      }
      await archive.putMarket({ ...market, ...rest } as Market)
      return id
    },
    close: async () => {
      await archive.close()
      await server?.stop()
      if (databaseUrl === null) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Candles of a market that never rests, each another one; the same for the same times. */
export function candles(interval: StoredInterval, fromMs: number, toMs: number): CandleRow[] {
  const step = INTERVAL_MS[interval]
  return Array.from({ length: (toMs - fromMs) / step }, (_, i) => {
    const place = fromMs / step + i
    const open = 6_000_000 + ((place * 7919) % 10_007)
    const close = 6_000_000 + (((place + 1) * 7919) % 10_007)
    return {
      startMs: fromMs + i * step,
      open: cents(open),
      high: cents(Math.max(open, close) + (place % 13)),
      low: cents(Math.min(open, close) - (place % 17)),
      close: cents(close),
      volume: place % 50 === 0 ? '0' : `${place % 97}.${(place % 89) + 1}1`,
    }
  })
}

function cents(value: number): string {
  return String(value / 100)
}

export function sliceStart(interval: StoredInterval, ms: number): number {
  const length = 300 * INTERVAL_MS[interval]
  return Math.floor(ms / length) * length
}

/** What a source that has `rows` answers when it is asked for the slice in which the instant lies. */
export function answer(
  market: MarketId,
  interval: StoredInterval,
  ms: number,
  readAtMs: number,
  rows: readonly CandleRow[],
  values: Partial<Reading> = {},
): Reading {
  const fromMs = sliceStart(interval, ms)
  const toMs = fromMs + 300 * INTERVAL_MS[interval]
  const readToMs = Math.min(toMs, floorTo(interval, readAtMs))
  const inside = rows.filter(({ startMs }) => startMs >= fromMs && startMs < readToMs)
  return { market, interval, fromMs, toMs, readToMs, readAtMs, rows: inside, refused: [], ...values }
}

/** Reads every slice of the span as often as it takes. */
export async function readAll(
  archive: Archive,
  market: MarketId,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
  rows: readonly CandleRow[],
  readAtMs: number,
): Promise<void> {
  for (let ms = sliceStart(interval, fromMs); ms < toMs; ms += 300 * INTERVAL_MS[interval]) {
    const { slice } = await archive.applyReading(answer(market, interval, ms, readAtMs, rows))
    if (slice.open > 0) await archive.applyReading(answer(market, interval, ms, readAtMs + MINUTE_MS, rows))
  }
}

/** Seals until nothing is ready, and says which of the market's periods were sealed. */
export async function sealAll(archive: Archive, market: MarketId, nowMs: number): Promise<string[]> {
  const periods: string[] = []
  for (let sealed = await archive.sealNext(nowMs); sealed; sealed = await archive.sealNext(nowMs))
    if (sealed.market === market) periods.push(`${sealed.interval} ${sealed.period}`)
  return periods
}
