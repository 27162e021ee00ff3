/**
 * The data folder of the embedded database after simulated days of ten markets, held against the bytes of its chunks, and
 * what it consists of. Readings are those of the server: each slice every ten minutes while it forms, once when it has
 * settled, and once more; answers pass the filter of raw answers. BENCH_DAYS changes how many days (30).
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo, INTERVAL_MS, MINUTE_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive, RawAnswer } from '../../server/archive/types.ts'
import { rows, type Database } from '../../server/db/database.ts'
import { openDatabase } from '../../server/db/open.ts'
import { RawFilter } from '../../server/providers/raw-filter.ts'
import type { Priority } from '../../server/providers/types.ts'
import { defaultSettling } from '../../server/settling.ts'
import { createTruth, type Truth } from '../../simulator/truth.ts'
import type { Measurement } from '../measurement.ts'

const DAYS = Number(process.env['BENCH_DAYS'] ?? 30)
const BEGIN = Date.UTC(2024, 0, 1)
const PRODUCTS = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC'].map((base) => `${base}-USD`)
const MARKETS = [...PRODUCTS, 'BTC-EUR', 'ETH-EUR'].map((product) => parseMarketId(`coinbase:${product}`))
const SLICE = 300
const LIVE_EVERY_MS = 10 * MINUTE_MS

export async function dataFolder(): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-data-folder-'))
  const clock = { nowMs: BEGIN }
  const database = await openDatabase({ dataDir: folder, databaseUrl: null })
  const archive = await openArchive(database, {
    clock: { now: () => clock.nowMs },
    settling: defaultSettling,
    sampleSeconds: 60,
    simulated: false,
  })
  try {
    const empty = await bytesIn(folder)
    await live(archive, clock)
    return await measure(archive, database, folder, empty)
  } finally {
    await archive.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Days of readings, samples, sealing and retention, as the server's loop would order them. */
async function live(archive: Archive, clock: { nowMs: number }): Promise<void> {
  const truth = createTruth({ seed: 'data-folder', sinceMs: BEGIN })
  const kept: Promise<void>[] = []
  const filter = new RawFilter((answer: RawAnswer) => void kept.push(archive.keepRaw(answer)))
  for (const { id, source, base, quote } of MARKETS)
    await archive.putMarket({
      id,
      source,
      base,
      quote,
      name: base,
      tick: '0.01',
      status: 'live',
      minutesFromMs: BEGIN,
    })
  for (const endMs = BEGIN + DAYS * DAY_MS; clock.nowMs < endMs;) {
    clock.nowMs += LIVE_EVERY_MS
    for (const { id } of MARKETS)
      for (const interval of STORED_INTERVALS) await readAt(archive, truth, filter, id, interval, clock.nowMs)
    await archive.recordSamples(MARKETS.map(({ id }) => ({ market: id, atMs: clock.nowMs, price: '100.5' })))
    await Promise.all(kept.splice(0))
    if (clock.nowMs % (60 * MINUTE_MS) !== 0) continue
    while (await archive.sealNext(clock.nowMs));
    await archive.retain(clock.nowMs)
    if (clock.nowMs % DAY_MS === 0) process.stderr.write(`day ${(clock.nowMs - BEGIN) / DAY_MS} of ${DAYS}\n`)
  }
}

/** The slice that forms, where a candle has closed; and the one before it, once it has settled, twice. */
async function readAt(
  archive: Archive,
  truth: Truth,
  filter: RawFilter,
  market: MarketId,
  interval: StoredInterval,
  nowMs: number,
): Promise<void> {
  const step = INTERVAL_MS[interval]
  const sliceMs = SLICE * step
  if (floorTo(interval, nowMs) === floorTo(interval, nowMs - LIVE_EVERY_MS)) return
  const read = async (fromMs: number, readAtMs: number, priority: Priority) => {
    const toMs = fromMs + sliceMs
    const readToMs = Math.min(toMs, floorTo(interval, readAtMs - 1000))
    if (readToMs <= fromMs) return
    const product = market.slice('coinbase:'.length)
    const candles = truth.rows(product, interval, fromMs, readToMs)
    const question = { market, interval, fromMs, toMs, readAtMs, product }
    const body = JSON.stringify(
      candles.map((row) =>
        [row.startMs / 1000, row.low, row.high, row.open, row.close, row.volume].map(Number),
      ),
    )
    const url = `https://api.exchange.coinbase.com/products/${product}/candles?granularity=${step / 1000}`
    const answer = { source: 'coinbase', url, atMs: readAtMs, status: 200, body, question }
    filter.candles(answer, priority, { rows: candles, refused: [], isAstray: false })
    await archive.applyReading({
      market,
      interval,
      fromMs,
      toMs,
      readToMs,
      readAtMs,
      rows: candles,
      refused: [],
    })
  }
  const fromMs = Math.floor((nowMs - step) / sliceMs) * sliceMs
  await read(fromMs, nowMs, 'live')
  const beforeMs = fromMs - sliceMs
  const settledMs = fromMs + defaultSettling[interval]
  if (beforeMs + sliceMs > BEGIN && settledMs <= nowMs && settledMs > nowMs - Math.max(step, LIVE_EVERY_MS)) {
    await read(beforeMs, nowMs, 'settling')
    await read(beforeMs, nowMs + MINUTE_MS, 'settling')
  }
}

async function measure(
  archive: Archive,
  database: Database,
  folder: string,
  empty: number,
): Promise<Measurement[]> {
  // What is written is on disk, and the log as short as it gets.
  await database.pack(['market'])
  const { chunks } = await archive.size()
  const tables = await database.read((tx) =>
    rows<{ name: string; rows: string | number; own: string | number; indexes: string | number }>(
      tx,
      sql`SELECT c.relname AS name, pg_table_size(c.oid) AS own, pg_indexes_size(c.oid) AS indexes FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind = 'r' AND pg_total_relation_size(c.oid) > 100000
        ORDER BY pg_total_relation_size(c.oid) DESC`,
    ),
  )
  const [raw] = await database.read((tx) =>
    rows<{ bytes: string | number }>(tx, sql`SELECT coalesce(sum(octet_length(body)), 0) AS bytes FROM raw`),
  )
  const part = (subject: string, bytes: number): Measurement => ({
    name: 'data-folder',
    subject: `${MARKETS.length} markets, ${DAYS} days: ${subject}`,
    value: bytes / 2 ** 20,
    unit: 'MB',
    ratio_to: 'bytes of the chunks',
    ratio: bytes / chunks,
    n: MARKETS.length * DAYS,
  })
  return [
    part('data folder', await bytesIn(folder)),
    part('chunks, as stored', chunks),
    part('empty folder', empty),
    part('write-ahead log', await bytesIn(join(folder, 'database', 'pg_wal'))),
    ...tables.flatMap(({ name, own, indexes }) => [
      part(`table ${name}`, Number(own)),
      part(`its indexes`, Number(indexes)),
    ]),
    part('bodies of raw answers', Number(raw!.bytes)),
  ]
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    // What the disk gives, in blocks of 512: files of the log have holes.
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).blocks * 512
  return bytes
}
