/**
 * What the owner may order and the command line works with. The running server does it itself; the command line
 * reaches it through the control socket (`client.ts`), or opens the archive and does it there.
 */
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  INTERVAL_MS,
  type Interval,
  type StoredInterval,
  STORED_INTERVALS,
} from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { RankingRequest } from '../../core/volatility/ranking.ts'
import type { BackfillProgress, RankingAnswer } from '../../core/wire/api.ts'
import type { TrackedMarket } from '../../core/wire/owner.ts'
import type { Told } from '../../core/wire/told.ts'
import { ApiProblem } from '../api/problem.ts'
import { requireContinuable } from './continues.ts'
import { answered, createSearch, type Found } from './search.ts'
import { BackupError } from '../archive/backup-format.ts'
import { QuarantineError } from '../archive/quarantine.ts'
import type {
  Archive,
  BackupReport,
  Gap,
  ImportReport,
  Market,
  VerifyReport,
  QuarantinedRow,
  RebuildAt,
  RebuildStep,
  Review,
  SourceLimits,
} from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import { linkPath, type Owner } from '../owner/owner.ts'
import type { Logos } from '../logos.ts'
import type { Phones, PhonesOrder, PhonesStatus } from '../phones/phones.ts'
import { nearestMarkets } from '../ingest/nearest.ts'
import { createReadAgain } from '../ingest/read-again.ts'
import { sliceMs, sliceStart } from '../ingest/slice.ts'
import type { IngestStatus } from '../ingest/types.ts'
import type { ListedMarket } from '../providers/types.ts'
import { createRanking } from '../ranking/ranking.ts'
import { UnknownSourceError, type Source, type Sources } from '../sources.ts'

/** Names suggested for one that is not there. */
const NEAREST = 3

/** How a server stands; what its ingest says is not there in one that only serves. */
interface ServerStatus extends Partial<Omit<IngestStatus, 'backfill'>> {
  readonly revision: number
  readonly size: Awaited<ReturnType<Archive['size']>>
  readonly backfill: readonly BackfillProgress[]
  /** All markets, those that are paused as well. */
  readonly tracked: readonly TrackedMarket[]
}

/** Every argument and result is plain JSON, or bytes as a result; errors are `ApiProblem`. */
export interface Operations {
  status(): Promise<ServerStatus>
  markets(): Promise<readonly Market[]>
  /** Names of the sources that can be searched. */
  searchable(): Promise<readonly string[]>
  /** Markets by words, of one source or of all. */
  search(text: string, source: string | null): Promise<Found>
  /** `continues` names the market that it was before it was renamed. */
  add(id: MarketId, sinceMs: number | null, continues: MarketId | null): Promise<Market>
  remove(id: MarketId, purge: boolean): Promise<void>
  /** Asks for nothing of it until it is added again. */
  pause(id: MarketId): Promise<void>
  /** A new one-time link that signs a browser in. */
  ownerLink(): Promise<{ readonly url: string; readonly expiresMs: number }>
  /** Null reads the whole history again. */
  backfill(id: MarketId, sinceMs: number | null): Promise<{ readonly sinceMs: number }>
  /** How much of the span from `sinceMs` to now has been read. */
  progress(id: MarketId, sinceMs: number): Promise<readonly BackfillProgress[]>
  import(
    id: MarketId,
    interval: StoredInterval,
    rows: readonly CandleRow[],
  ): Promise<Pick<ImportReport, 'new' | 'same' | 'conflicting'>>
  /** Makes chunks of whatever of the market can be sealed, and says of how many periods. */
  seal(id: MarketId): Promise<number>
  candles(
    id: MarketId,
    interval: Interval,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<readonly CandleRow[]>
  /** The next stretch of prices and states, as a frame in the chunk format; no bytes when there is none. */
  prices(id: MarketId, interval: StoredInterval, fromMs: number | null): Promise<Uint8Array>
  /** All markets by their volatility. */
  ranking(request: RankingRequest): Promise<RankingAnswer>
  verify(id: MarketId | null): Promise<VerifyReport>
  /** What is missing of one market and interval, or of all, and why. */
  gaps(id: MarketId | null, interval: StoredInterval | null): Promise<readonly Gap[]>
  /** One step of making a market again; null begins. */
  rebuild(id: MarketId, at: RebuildAt | null): Promise<RebuildStep>
  quarantined(id: MarketId | null, withReviewed: boolean): Promise<readonly QuarantinedRow[]>
  review(row: number, review: Review): Promise<QuarantinedRow>
  /** Writes a backup into this file, by its absolute path; it must not be there. */
  backup(file: string): Promise<BackupReport>
  /** Serves https for the phones of this network from now on. */
  phone(order: PhonesOrder): Promise<PhonesStatus>
  /** Serves it no longer, and forgets the authority. */
  phoneOff(): Promise<void>
}

/** Whoever reads sources. */
interface Reader {
  /** Markets or coverage were changed: it looks again now. */
  wake(): Promise<void> | void
  /** null where nobody reads. */
  status(): Promise<IngestStatus | null> | IngestStatus
}

export interface OperationParts {
  readonly archive: Archive
  readonly sources: Sources
  /** Who reads sources, here or in another process; null where an order waits for the next start. */
  readonly ingest: () => Reader | null
  readonly minuteDays: number
  readonly clock: Clock
  /** null where nobody looks at pictures. */
  readonly logos: Logos | null
  readonly owner: Owner
  /** The server's address as browsers see it. */
  readonly address: () => string
  /** null where nothing is served, or https is the server's own. */
  readonly phones: () => Phones | null
}

export function createOperations({
  archive,
  sources,
  ingest,
  minuteDays,
  clock,
  logos,
  owner,
  address,
  phones,
}: OperationParts): Operations {
  const known = async (id: MarketId) => {
    const markets = await archive.markets()
    const market = markets.find((candidate) => candidate.id === id)
    if (market) return market
    const near = nearestMarkets(
      id,
      markets.map((candidate) => candidate.id),
      NEAREST,
    )
    throw ApiProblem.told(
      'not-found',
      `${id} is not tracked here${near.length ? `; near: ${near.join(', ')}` : ''}`,
      { code: 'not-tracked', market: id, near },
    )
  }

  const chosen = async (id: MarketId | null) => (id === null ? archive.markets() : [await known(id)])

  const servedPhones = () => {
    const served = phones()
    if (served) return served
    throw new ApiProblem('conflict', 'https for phones is nothing that this process can serve')
  }

  const readAgain = createReadAgain()
  const ranking = createRanking(archive)
  const search = createSearch({ sources, clock, logos })
  return {
    status: async () => ({
      revision: await archive.headRevision(),
      size: await archive.size(),
      tracked: (await archive.markets()).map(({ id, name, status }) => ({ id, name, status })),
      // What reads knows which slices nobody will ever ask for.
      ...((await ingest()?.status()) ?? { backfill: await archive.progress(clock.now()) }),
    }),
    markets: () => archive.markets(),
    searchable: () => Promise.resolve(sources.searchable),
    search: (text, source) => search.find(text, source),
    add: async (id, sinceMs, continues) => {
      if (continues !== null) requireContinuable(id, await known(continues), await archive.markets())
      const provider = await providerOf(id, sources)
      requireHistory(provider, sinceMs, clock.now())
      const listed = search.recent(id) ?? (await findListed(id, provider))
      const before = (await archive.markets()).find((market) => market.id === id)
      const { base, quote, name, symbol = null, tick } = listed
      const minutesFromMs = sinceMs ?? before?.minutesFromMs ?? null
      const { source } = parseMarketId(id)
      const own: Market = { id, source, base, quote, name, symbol, tick, status: 'live', minutesFromMs }
      const older = continues ?? before?.continues
      const market: Market = older === undefined ? own : { ...own, continues: older }
      await archive.putMarket(market)
      await ingest()?.wake()
      return market
    },
    remove: async (id, purge) => {
      await known(id)
      await archive.removeMarket(id, purge)
      await ingest()?.wake()
    },
    pause: async (id) => {
      await archive.putMarket({ ...(await known(id)), status: 'paused' })
      await ingest()?.wake()
    },
    ownerLink: async () => {
      const { token, expiresMs } = await owner.link()
      return { url: `${address()}${linkPath(token)}`, expiresMs }
    },
    backfill: async (id, sinceMs) => {
      const market = await known(id)
      requireHistory(await providerOf(id, sources), sinceMs, clock.now())
      const minutesFromMs = market.minutesFromMs ?? clock.now() - minuteDays * DAY_MS
      if (sinceMs !== null && sinceMs < minutesFromMs)
        await archive.putMarket({ ...market, minutesFromMs: sinceMs })
      await archive.markUnread(id, sinceMs ?? 0)
      await ingest()?.wake()
      return { sinceMs: sinceMs ?? 0 }
    },
    progress: (id, sinceMs) => progressSince(archive, id, sinceMs, clock.now()),
    import: async (id, interval, rows) => {
      if (!(await archive.markets()).some((market) => market.id === id)) await archive.putMarket(imported(id))
      return archive.import(id, interval, rows)
    },
    seal: async (id) => {
      let periods = 0
      while (await archive.sealNext(clock.now(), { market: id })) periods++
      return periods
    },
    candles: async (id, interval, fromMs, toMs, limit) => {
      await known(id)
      return (await archive.joinedCandles(id, interval, fromMs, toMs, limit)).rows
    },
    prices: async (id, interval, fromMs) => {
      await known(id)
      return (await archive.priceFrame(id, interval, fromMs)) ?? new Uint8Array(0)
    },
    ranking: (request) => ranking.ask(request),
    verify: async (id) => {
      return archive.verify(id, await limitsOf(await chosen(id), sources))
    },
    gaps: async (id, interval) => {
      return archive.gaps(id, interval, await limitsOf(await chosen(id), sources))
    },
    rebuild: async (id, at) => {
      await known(id)
      return archive.rebuild(id, at, readAgain)
    },
    quarantined: (id, withReviewed) => archive.quarantined(id, withReviewed),
    review: async (row, review) => {
      try {
        return await archive.review(row, review)
      } catch (error) {
        if (error instanceof QuarantineError) throw ApiProblem.told('conflict', error.message, error.told)
        throw error
      }
    },
    backup: async (file) => {
      try {
        return await archive.backup(file)
      } catch (error) {
        if (error instanceof BackupError) throw new ApiProblem('conflict', error.message)
        throw error
      }
    },
    phone: async (order) => servedPhones().turnOn(order),
    phoneOff: async () => servedPhones().turnOff(),
  }
}

/** What the markets' sources know of why something is missing, without being asked anything. */
async function limitsOf(markets: readonly Market[], sources: Sources): Promise<Record<string, SourceLimits>> {
  const limits: Record<string, SourceLimits> = {}
  for (const { source } of markets) {
    if (source === 'csv' || limits[source]) continue
    const provider = await sources.need(source).catch((error: unknown) => {
      if (error instanceof UnknownSourceError) return null
      throw error
    })
    if (!provider) continue
    const { foundedMs, reach, intervals, isSampled } = provider
    const { limitedUntilMs } = provider.health()
    const sampled = STORED_INTERVALS.filter((one) => isSampled || !intervals.includes(one))
    limits[source] = { foundedMs, isLimited: reach !== null, limitedUntilMs, sampled }
  }
  return limits
}

/** Counted in slices; the last one is that of the newest closed bar. */
async function progressSince(
  archive: Archive,
  id: MarketId,
  sinceMs: number,
  nowMs: number,
): Promise<BackfillProgress[]> {
  const whole = (await archive.progress(nowMs)).filter(({ market }) => market === id)
  const coverage = (await archive.coverage()).filter(({ market, toMs }) => market === id && toMs > sinceMs)
  return whole.map(({ market, interval, wanted }) => {
    const newest = sliceStart(interval, nowMs - INTERVAL_MS[interval])
    const slices = (newest - sliceStart(interval, sinceMs)) / sliceMs(interval) + 1
    const read = coverage.filter(
      (slice) => slice.interval === interval && (slice.readings > 0 || slice.readToMs >= slice.toMs),
    )
    const inSpan = Math.max(0, Math.min(wanted, slices))
    return { market, interval, wanted: inSpan, done: Math.min(read.length, inSpan) }
  })
}

/** A market that came by import alone: nobody is asked for it until it is added. */
function imported(id: MarketId): Market {
  const { source, base, quote } = parseMarketId(id)
  const status = source === 'csv' ? 'imported' : 'paused'
  return { id, source, base, quote, name: base, tick: null, status, minutesFromMs: null }
}

/** The source of a market, opened if it is not. @throws ApiProblem where there is none to ask */
async function providerOf(id: MarketId, sources: Sources): Promise<Source> {
  try {
    return await sources.need(parseMarketId(id).source)
  } catch (error) {
    if (error instanceof UnknownSourceError)
      throw ApiProblem.told('bad-request', `${id}: ${error.message}`, error.told)
    throw error
  }
}

/** @throws ApiProblem where nothing can be there from this instant on that is not there from a later one on */
function requireHistory({ source, foundedMs }: Source, sinceMs: number | null, nowMs: number): void {
  if (sinceMs === null || (sinceMs >= foundedMs && sinceMs <= nowMs)) return
  const what =
    sinceMs > nowMs
      ? 'lies in the future'
      : `lies before the history of ${source}; from ${isoSeconds(foundedMs)} on there may be some`
  const told: Told =
    sinceMs > nowMs
      ? { code: 'since-future', since: isoSeconds(sinceMs) }
      : { code: 'since-before-source', source, from: isoSeconds(foundedMs) }
  throw ApiProblem.told(
    'bad-request',
    `since ${isoSeconds(sinceMs)} ${what}; without since all that is wanted by default is read`,
    told,
  )
}

async function findListed(id: MarketId, provider: Source): Promise<ListedMarket> {
  const listed = await answered(provider.listMarkets([id]))
  const found = listed.find((market) => market.id === id)
  if (found) return found
  const near = nearestMarkets(
    id,
    listed.map((market) => market.id),
    NEAREST,
  )
  throw ApiProblem.told(
    'not-found',
    `${provider.source} does not list ${id}${near.length ? `; near: ${near.join(', ')}` : ''}`,
    { code: 'not-listed', source: provider.source, market: id, near },
  )
}
