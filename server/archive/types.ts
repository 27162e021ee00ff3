/**
 * What the archive is to its neighbours: ingest writes readings, the API reads bytes and rows, the command line does both.
 * Everything here is about one database, embedded or PostgreSQL alike.
 */
import type { CandleColumns } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import type { ChunkHash, Part } from '../../core/chunk/chunk.ts'
import type { MarketId } from '../../core/market.ts'
import type { Interval, StoredInterval } from '../../core/time/interval.ts'
import type { BackfillProgress, MarketAnswer, PriceAnswer, SyncAnswer } from '../../core/wire/api.ts'
import type { Fence } from './fence.ts'
import type { RecentSpan } from './recent.ts'
import type { OtherNotice } from './follow.ts'
import type { GapAnswer } from '../../core/wire/owner.ts'

/** A market as the archive keeps it. */
export interface Market {
  readonly id: MarketId
  readonly source: string
  readonly base: string
  readonly quote: string
  readonly name: string
  /** The coin's ticker, where the identifier does not hold it. */
  readonly symbol?: string | null
  readonly tick: string | null
  /** `paused` markets keep their history and are not asked for. */
  readonly status: MarketAnswer['status'] | 'paused'
  /** Minutes are wanted from this instant on; null = one year back, moving with the clock. */
  readonly minutesFromMs: number | null
  /** It was renamed: the market that it continues. */
  readonly continues?: MarketId
}

/** Candles read through the seams to the markets that one continues. */
export interface JoinedCandles {
  readonly rows: readonly CandleRow[]
  /** Within what was asked: before `atMs` the candles are those of `market`. */
  readonly seams: readonly { readonly atMs: number; readonly market: MarketId }[]
}

/** How long after its close a candle of each interval may still change at the source. */
export type SettlingMs = Readonly<Record<StoredInterval, number>>

/**
 * A slice of one series, 300 places aligned to the grid, and how it stands.
 * The reconciler's only memory.
 */
export interface CoverageSlice {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly fromMs: number
  /** First instant after the slice. */
  readonly toMs: number
  /** Read up to here; below `toMs` while the slice is still forming. */
  readonly readToMs: number
  /** Honest readings: answered well and not wholly empty. */
  readonly readings: number
  /** Answers that were empty as a whole; they are no readings. */
  readonly silences: number
  readonly lastReadMs: number
  /** Places below `readToMs` that are neither present, empty, nor missing with a reason. */
  readonly open: number
  /** Whether every place was read after its settling time. */
  readonly settled: boolean
}

/** One answer of a source for one slice, checked row by row. */
export interface Reading {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** The slice, on the grid of slices. */
  readonly fromMs: number
  readonly toMs: number
  /** Nothing at or after this instant was closed at the time of the reading. */
  readonly readToMs: number
  readonly readAtMs: number
  /** Valid, ascending, unique, `fromMs` ≤ start < `readToMs`. Empty = the source was silent. */
  readonly rows: readonly CandleRow[]
  readonly refused: readonly RefusedRow[]
  /** The source gives nothing that began before: what is not known of it is beyond the source. */
  readonly reachMs?: number
  /** Something was wrong with the answer: its good rows are stored, what it lacks says nothing, and it is no reading. */
  readonly isDoubtful?: boolean
  readonly sampled?: Sampled
}

/**
 * Its candles were made of sampled prices, so that a place without one was not looked at, which is no proof of no trade:
 * it stays missing. The samples are the source's, or those that were taken `here`, of which silence is no mistake.
 */
export type Sampled = 'there' | 'here'

/** A row that broke the rules: kept in quarantine, never averaged in, never dropped without trace. */
export interface RefusedRow {
  /** null where not even the start could be read. */
  readonly startMs: number | null
  readonly reason: string
  readonly raw: string
  /** What it says, where it keeps the rules of a candle and was refused for another reason. */
  readonly candle?: CandleRow
  /** What another source says. */
  readonly opinion?: Opinion
}

/** What a market of another source says of a price: how far the price is above (or below) its own, in basis points. */
export interface Opinion {
  readonly market: MarketId
  readonly basisPoints: number
}

/** What was decided about a refused row. */
export type Review = 'accepted' | 'rejected'

export interface QuarantinedRow {
  readonly id: number
  readonly atMs: number
  readonly startMs: number | null
  readonly source: string
  readonly market: MarketId | null
  readonly interval: StoredInterval | null
  readonly reason: string
  readonly raw: string
  /** It can be taken into the archive. */
  readonly canBeAccepted: boolean
  /** null where no other source could be asked. */
  readonly opinion: Opinion | null
  readonly review: Review | null
}

export interface RawAnswer {
  readonly source: string
  readonly url: string
  readonly atMs: number
  readonly status: number
  readonly body: string
  /** Of an answer of candles that can be read again. */
  readonly question?: RawQuestion
  /** It says all that the answer to the same slice read at this instant said, which need not be kept any more. */
  readonly supersedes?: number
}

/** What a raw answer of candles was asked. */
export interface RawQuestion {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly fromMs: number
  readonly toMs: number
  /** What closed later is not in it. */
  readonly readAtMs: number
  /** How the source itself names the market. */
  readonly product: string
}

/** What a kept answer says when it is read again. */
export interface AnswerAgain {
  /** As in a `Reading`. */
  readonly rows: readonly CandleRow[]
  /** Starts of those that are so unlikely that they count only when a second answer has them, too. */
  readonly wild: ReadonlySet<number>
}

/** Reads a kept answer by today's parser; null where it makes nothing of it. */
export type ReadAgain = (
  answer: RawAnswer & { readonly question: RawQuestion },
) => Promise<AnswerAgain | null>

/** Where a rebuild goes on: kept answers slice by slice, then chunks, then what is to be sealed anew. */
export interface RebuildAt {
  readonly phase: 'answers' | 'chunks' | 'sealing'
  readonly interval: StoredInterval
  readonly fromMs: number
}

/** What a rebuild found of one series. */
export interface RebuildCounts {
  readonly interval: StoredInterval
  /** Kept answers that were read again, and those of which nothing could be made. */
  readonly answers: number
  readonly unreadable: number
  /** Candles that a kept answer has. */
  readonly fromRaw: number
  /** Of them: those that the archive had otherwise, and those that it lacked. */
  readonly changed: number
  readonly added: number
  /** Candles of the whole series; those without a kept answer stay as they are. Known at the end. */
  readonly candles: number
  /** Chunks that were made again, and those that got another name by it. */
  readonly chunks: number
  readonly renamed: number
}

/** A part of a rebuild: small enough that nobody waits for it. */
export interface RebuildStep {
  readonly done: number
  readonly total: number
  readonly counts: readonly RebuildCounts[]
  readonly faults: readonly VerifyFault[]
  /** null at the end. */
  readonly next: RebuildAt | null
}

export interface Sample {
  readonly market: MarketId
  readonly atMs: number
  readonly price: string
}

/** What a write changed. `revision` is null when nothing did. */
export interface WriteResult {
  readonly revision: number | null
  readonly added: number
  readonly revised: number
  readonly slice: CoverageSlice
}

export interface ImportReport {
  readonly new: number
  readonly same: number
  readonly conflicting: number
  readonly refused: readonly { readonly line: number; readonly reason: string }[]
  /** How the time column was read: `ISO 8601`, `Unix seconds`, … */
  readonly times: string
}

export interface VerifyFault {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly at: string
  readonly fault: string
}

/** How the source's own longer candles stand beside the roll-up of its shorter ones. A difference is the source's, no fault. */
export interface RollUpReport {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly from: StoredInterval
  /** Candles of which all parts are there. */
  readonly compared: number
  readonly differing: number
  /** Start of the newest one that differs. */
  readonly newest: string | null
}

/** Neighbouring missing places of one series and one class, `from` ≤ start < `to`. */
export type Gap = GapAnswer

/** What is known of a source that tells why something is missing. */
export interface SourceLimits {
  /** Nothing older exists there. */
  readonly foundedMs: number | null
  /** It gives its newest history only. */
  readonly isLimited: boolean
  /** It has said that it takes no more requests until then; null while it does. */
  readonly limitedUntilMs: number | null
  /** Intervals of which candles are made of sampled prices, the source's or those taken here. */
  readonly sampled?: readonly StoredInterval[]
}

export interface VerifyReport {
  readonly candles: number
  readonly chunks: number
  readonly missing: number
  readonly faults: readonly VerifyFault[]
  /** Every stretch of missing places, sealed or not, and why it is missing. */
  readonly gaps: readonly Gap[]
  readonly rollUps: readonly RollUpReport[]
}

/** What is watched of an archive. */
export interface ArchiveFigures {
  readonly chunks: readonly {
    readonly interval: StoredInterval
    readonly chunks: number
    /** Those that wait to be made anew. */
    readonly dirty: number
  }[]
  /** How far the live market furthest behind was read and is sealed, of those that were at all; null where none was. */
  readonly reached: readonly {
    readonly source: string
    readonly interval: StoredInterval
    readonly readToMs: number | null
    readonly sealedToMs: number | null
  }[]
  readonly quarantined: readonly { readonly source: string; readonly rows: number }[]
  /** Places that a source gave nothing for, and that wait for a second reading. */
  readonly unconfirmed: readonly { readonly interval: StoredInterval; readonly places: number }[]
}

/** The series of one interval, in the order of markets. */
export interface SeriesChanges {
  readonly revision: number
  /** What is not older can be read by `recentColumns`. */
  readonly rowsFromMs: number
  readonly markets: readonly {
    readonly id: MarketId
    /** It continues another one. */
    readonly isJoined: boolean
    /** Start of the newest candle; null without any. */
    readonly lastMs: number | null
    /** The first place that changed; −Infinity where all of it may have, null where none did. */
    readonly changedFromMs: number | null
  }[]
}

export interface SealOptions {
  /** Of this market only. */
  readonly market?: MarketId
  /** Nothing else waits: compress as well as it goes, whatever time that takes. */
  readonly isIdle?: boolean
}

export type Encoding = 'br' | 'gzip'

/** What happened in the archive, told after the commit, in the order of revisions. */
export type ArchiveEvent =
  | { readonly kind: 'price'; readonly sample: Sample }
  | {
      readonly kind: 'candle'
      readonly market: MarketId
      readonly interval: StoredInterval
      readonly row: CandleRow
      readonly revision: number
    }
  | { readonly kind: 'revision'; readonly revision: number }

export interface BackupReport {
  readonly rows: number
  readonly bytes: number
  readonly revision: number
}

export interface Archive {
  /** This archive's UUID, new after a restore. */
  readonly id: string

  // Markets
  markets(): Promise<readonly Market[]>
  /** Adds the market, or changes what is given; a change takes a revision. */
  putMarket(market: Market): Promise<void>
  /** The same for many, in one revision. */
  putMarkets(markets: readonly Market[]): Promise<void>
  /** `purge` deletes the history as well. */
  removeMarket(id: MarketId, purge: boolean): Promise<void>

  // Ingest
  /** Of the markets of one source, or of all. */
  coverage(source?: string): Promise<readonly CoverageSlice[]>
  /** Judges the reading against what is known and stores rows, places, quarantine and coverage in one transaction. */
  applyReading(reading: Reading): Promise<WriteResult>
  /**
   * Marks every place without a reason in [fromMs, toMs) as missing `beyond`, and its coverage as read. Where the span
   * ends in the slice of the first candle, confirmed absences before that candle are beyond as well.
   */
  markBeyond(market: MarketId, interval: StoredInterval, fromMs: number, toMs: number): Promise<void>
  /** Marks coverage as unread, so that it is read again, sealed or not. */
  markUnread(market: MarketId, sinceMs: number): Promise<void>
  keepRaw(answer: RawAnswer): Promise<void>
  quarantine(source: string, market: MarketId | null, atMs: number, row: RefusedRow): Promise<void>
  /** Keeps what was doubted in a candle that was stored all the same: a row in quarantine that is accepted already. */
  keepDoubt(market: MarketId, interval: StoredInterval, row: RefusedRow): Promise<void>
  recordSamples(samples: readonly Sample[]): Promise<void>
  /** Recorded samples with `fromMs` < time ≤ `toMs`, ascending; they are kept for `SAMPLES_MS`. */
  samples(market: MarketId, fromMs: number, toMs: number): Promise<readonly Sample[]>
  /** When each market was sampled last, of those that were within the last 48 hours. */
  lastSampled(): Promise<ReadonlyMap<MarketId, number>>
  /**
   * Tells prices to listeners and to whoever asks for the newest, without keeping them. That it could not costs
   * freshness alone.
   */
  tellPrices(samples: readonly Sample[]): Promise<void>
  /** Seals the next period that is ready (by coverage and `nowMs`); null when none is. */
  sealNext(
    nowMs: number,
    how?: SealOptions,
  ): Promise<{ market: MarketId; interval: StoredInterval; period: string } | null>
  /** Drops what is kept long enough (raw, samples, replaced chunks) and gives space back; true when it did something. */
  retain(nowMs: number): Promise<boolean>
  /** Recompresses one chunk sealed in haste; false when none is left. */
  recompressNext(): Promise<boolean>

  // API
  headRevision(): Promise<number>
  sync(
    since: number,
    markets: readonly MarketId[] | null,
    encoding: Encoding,
    archive: string | null,
  ): Promise<SyncAnswer>
  chunk(hash: ChunkHash, encoding: Encoding): Promise<Uint8Array | null>
  tail(
    since: number,
    markets: readonly MarketId[] | null,
    intervals: readonly StoredInterval[] | null,
    nowMs: number,
    parts?: readonly Part[] | null,
  ): Promise<Uint8Array>
  /** Rows with `fromMs` ≤ start < `toMs`, rolled up where the interval is not stored; at most `limit` of them. */
  candles(
    market: MarketId,
    interval: Interval,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<readonly CandleRow[]>
  /** The same, through the seams to the markets that it continues. */
  joinedCandles(
    market: MarketId,
    interval: Interval,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<JoinedCandles>
  /**
   * Prices and states from `fromMs` on (at the earliest, and with null, from the first candle), through the seams, as a frame, as many places as it holds; null when
   * no candle is there or later.
   */
  priceFrame(market: MarketId, interval: StoredInterval, fromMs: number | null): Promise<Uint8Array | null>
  /** Which markets' bars of an interval changed after a revision (null: all did), from `fromMs` on. */
  seriesChanges(interval: StoredInterval, since: number | null, fromMs: number): Promise<SeriesChanges>
  /** The newest bars of many markets at once, none older than `rowsFromMs`, none of joined ones. */
  recentColumns(
    interval: StoredInterval,
    spans: readonly RecentSpan[],
  ): Promise<ReadonlyMap<MarketId, CandleColumns>>
  marketAnswers(nowMs: number): Promise<readonly MarketAnswer[]>
  prices(nowMs: number): Promise<readonly PriceAnswer[]>
  /** Candles and revisions after `since`, for a listener that resumes; null when it must sync instead. */
  eventsSince(since: number, limit: number): Promise<readonly ArchiveEvent[] | null>
  subscribe(listener: (event: ArchiveEvent) => void): () => void
  /**
   * From here on `subscribe` hears what any process on this database writes, this one included, all of them in one order;
   * `heard` takes what else they tell. Nothing to do where the database has one process.
   */
  follow(heard: (notice: OtherNotice) => void): Promise<void>
  /** Tells all processes on this database. */
  notify(notice: Exclude<OtherNotice, { kind: 'again' }>): Promise<void>

  // Command line
  import(
    market: MarketId,
    interval: StoredInterval,
    rows: readonly CandleRow[],
  ): Promise<Pick<ImportReport, 'new' | 'same' | 'conflicting'>>
  /** @param limits what is known of the sources, by name */
  verify(market: MarketId | null, limits?: Readonly<Record<string, SourceLimits>>): Promise<VerifyReport>
  /** Every stretch of missing places, of one market and interval or all, in the order of markets, intervals and time. */
  gaps(
    market: MarketId | null,
    interval: StoredInterval | null,
    limits: Readonly<Record<string, SourceLimits>>,
  ): Promise<readonly Gap[]>
  /**
   * Makes candles again of the answers that are kept, and chunks of the places they hold; a step, which says where the
   * next one goes on.
   */
  rebuild(market: MarketId, at: RebuildAt | null, readAgain: ReadAgain): Promise<RebuildStep>
  /** What was refused, the newest first. */
  quarantined(market: MarketId | null, withReviewed: boolean): Promise<readonly QuarantinedRow[]>
  /** Takes a refused row into the archive, or puts it aside. @throws QuarantineError */
  review(id: number, review: Review): Promise<QuarantinedRow>
  /** Writes the whole archive, as of one moment, into a new file. @throws BackupError */
  backup(file: string, signal?: AbortSignal): Promise<BackupReport>
  /** Bytes of the database, and of the chunks in it. */
  size(): Promise<{ database: number; chunks: number; rows: number }>
  progress(nowMs: number): Promise<readonly BackfillProgress[]>
  /** What is watched: chunks, how far reading and sealing are, rows in quarantine. */
  figures(): Promise<ArchiveFigures>

  /** The same archive, in which each write passes the fence first: what throws there is not written. */
  under(fence: Fence): Archive
  ping(): Promise<void>
  close(): Promise<void>
}
