/**
 * What the page may ask of the worker. The worker reads IndexedDB itself, decodes, computes; what it gives is
 * ready to paint and handed over without copying.
 */
import type { CandleColumns } from '../../core/candle/columns.ts'
import type { Level } from '../../core/candle/levels.ts'
import type { MarketId } from '../../core/market.ts'
import type { Histogram } from '../../core/statistics/histogram.ts'
import type { Moments } from '../../core/statistics/moments.ts'
import type { Zone } from '../../core/time/zone.ts'
import type { Interval, StoredInterval } from '../../core/time/interval.ts'
import type { Misprint } from '../../core/volatility/mistakes.ts'
import type { ConeWindow } from '../../core/volatility/cone.ts'
import type { Move, MoveSpan, MoveStart } from '../../core/volatility/move.ts'
import type { RankedMarket, RankingRequest } from '../../core/volatility/ranking.ts'
import type { Band, BandKind, NoBand } from '../../core/volatility/confidence/kinds.ts'
import type { RealisedMeasures } from '../../core/volatility/realised/measures.ts'
import type { Estimator, Mean, Receipt, Unavailable } from '../../core/volatility/types.ts'

/** Names on screen; `1m` would be a minute. */
export const RANGES = ['24h', '7d', '1M', '3M', '1Y', 'All'] as const
export type Range = (typeof RANGES)[number]

/** A stretch of absent places, for the hatching. */
export interface AbsentSpan {
  readonly fromMs: number
  readonly toMs: number
  /** A `State` code: missing (with its reason) or empty. */
  readonly state: number
}

/** What happened to a series beside its prices. */
export interface SeriesEvent {
  /** `revised`: the source gave a candle anew. `renamed`: here the series takes up that of `market`, which it was before. */
  readonly kind: 'revised' | 'renamed'
  readonly fromMs: number
  readonly toMs: number
  readonly market?: MarketId
}

/** More than its range: what people may move to. */
export interface PriceView {
  readonly market: MarketId
  readonly interval: Interval
  /** What the range shows, within the places of the view. */
  readonly home: { readonly fromMs: number; readonly toMs: number }
  readonly startMs: number
  readonly length: number
  /** Finest first. */
  readonly levels: readonly Level[]
  /** Sums by the columns of each level, NaN where one is unknown; null where no volume is kept here. */
  readonly volumes: readonly Float64Array[] | null
  readonly absent: readonly AbsentSpan[]
  /** Close of the newest present candle; null without any. */
  readonly asOfMs: number | null
}

/** σ is not shown where fewer than half of a window's bars could enter. */
export const MIN_COVERAGE = 0.5

export interface SigmaView {
  readonly market: MarketId
  readonly interval: Interval
  readonly startMs: number
  /** One σ a place of the grid, NaN where n/a. */
  readonly sigma: Float64Array
  readonly bars: Uint32Array
  readonly flat: Uint32Array
  /** Of the newest place with a full window. */
  readonly receipt: Receipt
  /** Share of this series at or below the newest σ, 0 to 1; null when n/a. */
  readonly percentile: number | null
}

export interface SigmaRequest {
  readonly market: MarketId
  readonly interval: Interval
  readonly estimator: Estimator
  readonly window: number
  readonly mean: Mean
  readonly fromMs: number
  readonly toMs: number
}

/** What the band round a σ series is asked by. `estimator` is the one that was taken, not one that it stands for. */
export interface BandRequest extends SigmaRequest {
  readonly kind: BandKind
  /** Where bands are wanted beside the newest: bars that close from `atFromMs` to `atToMs`, not more than `most`. */
  readonly atFromMs: number
  readonly atToMs: number
  readonly most: number
}

/** Bands round σ at some places, the earliest first. */
export interface BandView {
  readonly kind: BandKind
  readonly market: MarketId
  readonly interval: Interval
  readonly estimator: Estimator
  readonly window: number
  /** Closes of the bars, evenly apart. */
  readonly atMs: Float64Array
  /** In the unit of σ, NaN where there is none. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Of the newest σ, and of how many bars it was made. */
  readonly newest: Band | NoBand
  readonly bars: number
}

/** The newest σ with what the usual mistakes make of it, the one that changes it most first. */
export interface MistakesView {
  readonly receipt: Receipt
  readonly rows: readonly Misprint[]
}

/** σ of one market for the list: the receipt and where it stands in its own history. */
export interface SigmaSummary {
  readonly receipt: Receipt
  readonly percentile: number | null
}

/** What of one market and interval lies on the device. */
export interface StoredSeries {
  readonly market: MarketId
  readonly interval: Interval
  readonly bytes: number
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly present: number
  readonly empty: number
  readonly missing: number
}

/** What a device and its manifest know of a series, day by day (UTC). A place is on the device when its bytes say anything of it. */
export interface Coverage {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** The first day; NaN where nothing is known of the series. */
  readonly startMs: number
  /** One number a day each: places of which the device knows the state, and how many of them are what. */
  readonly here: Uint16Array
  readonly present: Uint16Array
  readonly empty: Uint16Array
  /** Missing by `State`: unconfirmed or not fetched, outage, refused, beyond. */
  readonly missing: Readonly<Record<AbsenceName, Uint16Array>>
  /** What the server has sealed, in the order of time: the newest line of each span. */
  readonly periods: readonly SealedPeriod[]
}

export type AbsenceName = 'unknown' | 'outage' | 'refused' | 'beyond'

/** A line of the manifest as the calendar needs it. */
export interface SealedPeriod {
  readonly period: string
  readonly fromMs: number
  readonly toMs: number
  /** Candles in it, and places of it. */
  readonly rows: number
  readonly expected: number
  /** On the wire. */
  readonly bytes: number
  readonly isHere: boolean
}

/** The newest stored candle as a price, for a market of which no price is known. */
export interface NewestCandle {
  /** Shortest plain decimal. */
  readonly price: string
  readonly asOfMs: number
  /** Against the close a day before; null when that is not stored. */
  readonly change24h: number | null
  /** Hourly closes of the day before, the oldest first. */
  readonly sparkline: readonly number[]
}

/** Bars of one market over [fromMs, toMs), rounded inwards to whole ones. */
export interface SpanRequest {
  readonly market: MarketId
  readonly interval: Interval
  readonly fromMs: number
  readonly toMs: number
}

/** What a panel's figures rest on. */
export interface SpanReceipt {
  readonly market: MarketId
  readonly source: string
  readonly interval: Interval
  /** Bars (or returns) that went in. */
  readonly barsUsed: number
  /** Places of the grid in the span. */
  readonly barsExpected: number
  /** Empty places among the bars used. */
  readonly barsEmpty: number
  readonly fromMs: number
  readonly toMs: number
  /** Close of the newest present bar; null without any. */
  readonly asOfMs: number | null
  /** Why nothing can be told; null when it can. */
  readonly reason: TooFew | Unavailable | null
}

/** Of what there are too few: bars or returns of the span, or hours that are each to have `fewest` of their own a week apart. */
export interface TooFew {
  readonly why: 'few bars' | 'few returns' | 'few hours'
  readonly used: number
  readonly fewest: number
}

/** A bar by its return. */
export interface ReturnBar {
  readonly value: number
  readonly startMs: number
}

export interface DistributionView {
  /** Start of the bar of the first return. */
  readonly startMs: number
  /** Log returns, NaN where there is none. */
  readonly returns: Float64Array
  readonly shape: Moments
  readonly histogram: Histogram | null
  readonly worst: ReturnBar | null
  readonly best: ReturnBar | null
  readonly receipt: SpanReceipt
}

export interface DrawdownView {
  readonly startMs: number
  readonly interval: Interval
  /** Depths below the running maximum of the closes, 0 or below; finest first. */
  readonly levels: readonly Level[]
  /** Missing stretches. */
  readonly absent: readonly AbsentSpan[]
  readonly deepest: {
    readonly depth: number
    readonly peakMs: number
    readonly troughMs: number
    /** null = not recovered within the span. */
    readonly recoveredMs: number | null
  } | null
  readonly current: { readonly depth: number; readonly startMs: number; readonly peakMs: number } | null
  readonly receipt: SpanReceipt
}

export interface WeekRequest {
  readonly market: MarketId
  readonly fromMs: number
  readonly toMs: number
  readonly zone: Zone
}

export interface WeekView {
  /** σ a year of each hour of the week, NaN where too few returns are; Sunday 00 first. */
  readonly sigma: Float64Array
  readonly counts: Uint32Array
  /** The span asked for is too short for a week of hours: more before it was taken in. */
  readonly widened: boolean
  readonly receipt: SpanReceipt
}

export interface RealisedRequest {
  readonly market: MarketId
  readonly fromMs: number
  readonly toMs: number
}

/** What happened inside the days that touch a span, from the minutes of each; one number a day. */
export interface RealisedView {
  readonly startMs: number
  /** Variance of each day: all, falling and rising returns. NaN where too few of the day's returns are here. */
  readonly variance: Float64Array
  readonly down: Float64Array
  readonly up: Float64Array
  readonly jumpShare: Float64Array
  readonly jumpStatistic: Float64Array
  /** 5-minute returns that are here, and how many a whole day has. */
  readonly present: Uint16Array
  readonly expected: number
  /** Of all days that entered. */
  readonly whole: RealisedMeasures
  readonly receipt: SpanReceipt
}

export interface ConeRequest {
  readonly market: MarketId
  readonly estimator: Estimator
  /** Days. */
  readonly windows: readonly number[]
  /** The cone as it was: of the days that had begun before; null = the newest. */
  readonly beforeMs: number | null
}

export interface ConeView {
  readonly market: MarketId
  /** The days that are here: start of the first, end of the last one. */
  readonly firstMs: number
  readonly endMs: number
  /** In the order asked for. */
  readonly windows: readonly ConeWindow[]
}

export interface CsvFile {
  readonly blob: Blob
  readonly fromMs: number
  readonly toMs: number
  /** Lines after the header. */
  readonly bars: number
  /** Places that have no line: nothing was traded, or nothing is known here. */
  readonly empty: number
  readonly missing: number
}

/** What happened to a market between two instants. */
export interface AbsenceView {
  readonly market: MarketId
  /** null where no close of either end is here. */
  readonly move: Move | null
  /** Stretches that are missing, of minutes, or of hours where the span is long; what may still settle is not among them. */
  readonly missing: readonly AbsentSpan[]
}

/** Where the moves begin that end with a market's newest price. */
export type MoveStarts = Readonly<Record<MoveSpan, MoveStart>>

export interface ComputeApi {
  /** The interval that suits the range best among what is stored, and all of it that is here, up to `REACH_MS`. */
  price(market: MarketId, range: Range, nowMs: number): Promise<PriceView>
  /** What is marked on the chart of an interval over a span. */
  events(market: MarketId, interval: Interval, fromMs: number, toMs: number): Promise<readonly SeriesEvent[]>
  /** A given interval over a span, whatever of it is stored. */
  columns(market: MarketId, interval: Interval, fromMs: number, toMs: number): Promise<CandleColumns>
  sigma(request: SigmaRequest): Promise<SigmaView>
  /** How sure σ is, at some of its places and at the newest. */
  bands(request: BandRequest): Promise<BandView>
  /** What other tools print for the same bars. */
  mistakes(request: SigmaRequest): Promise<MistakesView>
  /** Newest σ (1d, the estimator and window asked for) of each market. */
  summaries(
    markets: readonly MarketId[],
    estimator: Estimator,
    window: number,
  ): Promise<readonly SigmaSummary[]>
  /** The newest candle of each market; null without any. */
  newest(markets: readonly MarketId[]): Promise<readonly (NewestCandle | null)[]>
  distribution(request: SpanRequest): Promise<DistributionView>
  drawdown(request: SpanRequest): Promise<DrawdownView>
  /** From hourly bars. */
  week(request: WeekRequest): Promise<WeekView>
  realised(request: RealisedRequest): Promise<RealisedView>
  /** Where σ of several windows of days stands in its history. */
  cone(request: ConeRequest): Promise<ConeView>
  /** All markets by their volatility. */
  ranking(request: RankingRequest): Promise<readonly RankedMarket[]>
  /** Exact decimals, as they are stored. */
  csv(request: SpanRequest): Promise<CsvFile>
  /** Where the moves begin that end with a price of an instant; σ by the estimator, of so many days before each. */
  moveStarts(market: MarketId, toMs: number, estimator: Estimator, window: number): Promise<MoveStarts>
  /** What happened to each market between two instants. */
  absence(markets: readonly MarketId[], fromMs: number, toMs: number): Promise<readonly AbsenceView[]>
  stored(): Promise<readonly StoredSeries[]>
  /** Day by day what is here, missing, or at the server only. */
  coverage(market: MarketId, interval: StoredInterval, nowMs: number): Promise<Coverage>
  /** Forgets decoded series, after the store has changed. */
  invalidate(market: MarketId | null): Promise<void>
}
