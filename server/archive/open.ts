/** Opens the archive of a database: one door, behind which each room has a file of its own. */
import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { rows, type Database, type Transaction } from '../db/database.ts'
import { marketAnswers, priceAnswers } from './answers.ts'
import { backup } from './backup.ts'
import { readCandleRows } from './candles.ts'
import { notify, type Listening } from '../db/notices.ts'
import { headRevision, type ArchiveOptions, type Context } from './context.ts'
import { listCoverage, listProgress, markBeyond, markUnread } from './coverage.ts'
import { seriesChanges } from './changed.ts'
import { chunkBytes, createZipped } from './chunk-bytes.ts'
import type { Fence } from './fence.ts'
import { follow } from './follow.ts'
import { noticeText } from './notice.ts'
import { createEvents } from './events.ts'
import { figures } from './figures.ts'
import { priceFrame } from './frame.ts'
import { importRows } from './import.ts'
import { listGaps } from './missing.ts'
import { listMarkets, putMarkets, removeMarket } from './markets.ts'
import { listQuarantine, reviewQuarantine } from './quarantine.ts'
import { keepDoubt, keepRaw, quarantine } from './raw.ts'
import { applyReading } from './reading.ts'
import { rebuild } from './rebuild.ts'
import { recentColumns } from './recent.ts'
import { recompressNext } from './recompress.ts'
import { eventsSince } from './resume.ts'
import { ReadyPeriods } from './ready.ts'
import { retain } from './retain.ts'
import { lastSampled, readSamples, recordSamples, tellPrices } from './samples.ts'
import { readJoinedCandles } from './seams.ts'
import { sealNext } from './seal.ts'
import { size } from './size.ts'
import { StandingFrames } from './standing.ts'
import { sync } from './sync.ts'
import { tail } from './tail.ts'
import type { Archive } from './types.ts'
import { verify } from './verify.ts'

/**
 * @throws DatabaseError
 */
export async function openArchive(database: Database, options: ArchiveOptions): Promise<Archive> {
  const archiveId = await archiveOf(database)
  return doors({
    ...options,
    database,
    archiveId,
    events: createEvents(),
    standing: new StandingFrames(),
    told: new Map(),
    zipped: createZipped(),
    ready: new ReadyPeriods(),
    underWay: new Set(),
  })
}

function doors(context: Context): Archive {
  const { database, archiveId, underWay } = context
  const { read, write } = database
  const track = (work: Promise<void>) => {
    const tracked = work.finally(() => underWay.delete(tracked))
    underWay.add(tracked)
    return tracked
  }
  let following: Listening | null = null
  return {
    id: archiveId,
    markets: () => read(listMarkets),
    putMarket: (market) => putMarkets(context, [market]),
    putMarkets: (markets) => putMarkets(context, markets),
    removeMarket: (id, purge) => removeMarket(context, id, purge),

    coverage: (source) => read((tx) => listCoverage(tx, source)),
    applyReading: (reading) => applyReading(context, reading),
    markBeyond: (...span) => markBeyond(context, ...span),
    markUnread: (market, sinceMs) => markUnread(context, market, sinceMs),
    keepRaw: (answer) => track(keepRaw(context, answer)),
    quarantine: (...refused) => quarantine(context, ...refused),
    keepDoubt: (...doubted) => keepDoubt(context, ...doubted),
    recordSamples: (samples) => recordSamples(context, samples),
    samples: (market, fromMs, toMs) => database.read((tx) => readSamples(tx, market, fromMs, toMs)),
    lastSampled: () => read(lastSampled),
    tellPrices: (samples) => track(tellPrices(context, samples)),
    sealNext: async (...question) => {
      const sealed = await sealNext(context, ...question)
      return sealed && { market: sealed.market.id, interval: sealed.interval, period: sealed.period.text }
    },
    retain: (nowMs) => retain(context, nowMs),
    recompressNext: () => recompressNext(context),

    headRevision: () => read(headRevision),
    sync: (...question) => sync(context, ...question),
    chunk: (...question) => chunkBytes(context, ...question),
    tail: (...question) => tail(context, ...question),
    candles: (...question) => read((tx) => readCandleRows(tx, ...question)),
    joinedCandles: (...question) => read((tx) => readJoinedCandles(tx, ...question)),
    priceFrame: (...question) => read((tx) => priceFrame(tx, ...question)),
    seriesChanges: (...question) => read((tx) => seriesChanges(tx, context.clock.now(), ...question)),
    recentColumns: (...question) => read((tx) => recentColumns(tx, ...question)),
    marketAnswers: (nowMs) => read((tx) => marketAnswers(tx, context, nowMs)),
    prices: (nowMs) => read((tx) => priceAnswers(tx, context, nowMs)),
    eventsSince: (since, limit) => read((tx) => eventsSince(tx, since, limit, context.clock.now())),
    subscribe: context.events.subscribe,
    follow: async (heard) => {
      if (database.listen) following ??= await follow(context, heard)
    },
    notify: async (notice) => {
      if (database.listen) await write((tx) => notify(tx, noticeText(notice)))
    },

    import: (...question) => importRows(context, ...question),
    verify: (...question) => verify(context, ...question),
    gaps: (...question) => listGaps(context, ...question),
    rebuild: (...step) => rebuild(context, ...step),
    quarantined: (...question) => listQuarantine(context, ...question),
    review: (...decision) => reviewQuarantine(context, ...decision),
    backup: (...into) => backup(context, ...into),
    size: () => read(size),
    figures: () => read(figures),
    progress: (nowMs) => read((tx) => listProgress(tx, context, nowMs)),

    under: (fence) => doors({ ...context, database: fenced(database, fence) }),
    ping: async () => {
      await read(headRevision)
    },
    close: async () => {
      await following?.close()
      // Whoever handed it over hears what went wrong.
      await Promise.allSettled(underWay)
      await database.close()
    },
  }
}

function fenced(database: Database, fence: Fence): Database {
  return {
    ...database,
    write: (work) =>
      database.write(async (tx) => {
        await fence(tx)
        return work(tx)
      }),
  }
}

/** The archive's name, given when its database is opened for the first time; later it is only read, so a full disk does not matter. */
async function archiveOf({ read, write }: Database): Promise<string> {
  const find = (tx: Transaction) => rows<{ archive: string }>(tx, sql`SELECT archive FROM head`)
  const [known] = await read(find)
  if (known) return known.archive
  const [head] = await write(async (tx) => {
    await rows(
      tx,
      sql`INSERT INTO head (archive, revision) VALUES (${randomUUID()}, 0) ON CONFLICT DO NOTHING`,
    )
    return find(tx)
  })
  return head!.archive
}
