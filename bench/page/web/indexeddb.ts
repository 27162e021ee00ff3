/** A year in IndexedDB: through the store as the app's sync and worker use it, and one row a candle through Dexie. */
import { Dexie, type Table } from 'dexie'
import { State, type CandleColumns } from '../../../core/candle/columns.ts'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { Store } from '../../../web/lib/store/database.ts'
import type { ManifestRow } from '../../../web/lib/store/records.ts'
import { pullChunks } from '../../../web/lib/sync/chunks.ts'
import { SeriesCache } from '../../../web/worker/columns.ts'
import { timed } from '../../paired.ts'
import type { YearFacts } from '../api.ts'
import { assertSame, emptyYear, monthFiles, spanOf, yearColumns } from './year.ts'

interface Row {
  /** Start, ms. */
  readonly t: number
  readonly o: number
  readonly h: number
  readonly l: number
  readonly c: number
}

const STORE = 'bench-store'
const ROWS = 'bench-rows'
const OCTETS = { headers: { 'content-type': 'application/octet-stream' } }
/** More at once is slower. */
const BATCH = 50_000

/** Each chunk and its line of the manifest in a transaction of their own, as the sync stores them. */
export async function writeStore(year: YearFacts): Promise<number> {
  await Dexie.delete(STORE)
  const bytes = await monthFiles(year, 'year', 'price')
  const store = new Store(STORE)
  await store.open()
  const ms = await timed(async () => {
    for (const [index, line] of manifestOf(year).entries())
      await store.transaction('rw', [store.manifest, store.chunks], async () => {
        await store.chunks.put({ hash: line.sha256!, bytes: bytes[index]! })
        await store.manifest.put({ ...line, held: line.sha256 })
      })
  })
  store.close()
  return ms
}

/** The sync's own last step with a server that answers from memory: hashes, decodes, checks and stores each chunk. */
export async function writeSynced(year: YearFacts): Promise<number> {
  await Dexie.delete(STORE)
  const bytes = await monthFiles(year, 'year', 'price')
  const byHash = new Map(year.months.map(({ sha256 }, index) => [sha256, bytes[index]!]))
  const store = new Store(STORE)
  await store.open()
  const market = year.market as MarketId
  const { toMs } = spanOf(year)
  await store.packs.put({ market, minuteDays: 366 })
  const write = async () => {
    await store.manifest.bulkPut(manifestOf(year))
    const { complete } = await pullChunks({
      store,
      fetch: async (url) => new Response(byHash.get(String(url).split('/').at(-1)!)!, OCTETS),
      signal: new AbortController().signal,
      now: () => toMs,
      mayDownload: () => true,
      changed: () => undefined,
      heard: () => undefined,
      progress: () => undefined,
      trouble: (trouble) => {
        throw new Error(JSON.stringify(trouble))
      },
    })
    if (!complete) throw new Error('the year did not reach the store')
  }
  const ms = await timed(write)
  store.close()
  return ms
}

function manifestOf({ market, months }: YearFacts): ManifestRow[] {
  return months.map(({ period, fromMs, toMs, sha256, bytes, rows }, index) => ({
    market: market as MarketId,
    interval: '1m',
    period,
    part: 'price',
    fromMs,
    toMs,
    sha256: sha256 as ChunkHash,
    bytes,
    size: bytes,
    rows,
    expected: rows,
    revision: index + 1,
    held: null,
  }))
}

export async function readStore(year: YearFacts): Promise<number> {
  const { fromMs, toMs } = spanOf(year)
  const store = new Store(STORE)
  await store.open()
  let columns!: CandleColumns
  const ms = await timed(async () => {
    columns = await new SeriesCache(store).read(year.market as MarketId, '1m', fromMs, toMs)
  })
  store.close()
  assertSame(columns, await yearColumns(year))
  return ms
}

class Rows extends Dexie {
  declare readonly candles: Table<Row, number>

  constructor() {
    super(ROWS, { chromeTransactionDurability: 'relaxed' })
    this.version(1).stores({ candles: 't' })
  }
}

export async function writeRows(year: YearFacts): Promise<number> {
  await Dexie.delete(ROWS)
  const { startMs, open, high, low, close } = await yearColumns(year)
  const rows = Array.from(close, (c, place): Row => ({
    t: startMs + place * MINUTE_MS,
    o: open[place]!,
    h: high[place]!,
    l: low[place]!,
    c,
  }))
  const database = new Rows()
  await database.open()
  const ms = await timed(async () => {
    for (let from = 0; from < rows.length; from += BATCH)
      await database.candles.bulkAdd(rows.slice(from, from + BATCH))
  })
  database.close()
  return ms
}

export async function readRows(year: YearFacts): Promise<number> {
  const database = new Rows()
  await database.open()
  const columns = emptyYear(year, false)
  const { startMs, states, open, high, low, close } = columns
  const ms = await timed(async () => {
    for (const { t, o, h, l, c } of await database.candles.toArray()) {
      const place = (t - startMs) / MINUTE_MS
      states[place] = State.present
      open[place] = o
      high[place] = h
      low[place] = l
      close[place] = c
    }
  })
  database.close()
  assertSame(columns, await yearColumns(year))
  return ms
}

export async function removeAll(): Promise<void> {
  await Promise.all([Dexie.delete(STORE), Dexie.delete(ROWS)])
}
