/**
 * The worker's answers, apart from how they travel: reads the store, decodes, computes. Nothing here knows the page.
 * Arrays in an answer belong to whoever asked.
 */
import { isMissing, type CandleColumns } from '../../core/candle/columns.ts'
import { cutColumns } from '../../core/candle/cut.ts'
import { buildLevels, sumLevels, type Level } from '../../core/candle/levels.ts'
import type { MarketId } from '../../core/market.ts'
import {
  DAY_MS,
  floorTo,
  INTERVAL_MS,
  STORED_INTERVALS,
  STORED_UNDER,
  type Interval,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { moveBegins, type MoveSpan } from '../../core/volatility/move.ts'
import { Memory } from '../../core/volatility/memory.ts'
import type { RankedMarket, RankingRequest } from '../../core/volatility/ranking.ts'
import { isRealised } from '../../core/volatility/request.ts'
import type { Estimator, Receipt } from '../../core/volatility/types.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans } from '../lib/store/series.ts'
import { absenceOf } from './absence.ts'
import type {
  AbsenceView,
  BandRequest,
  BandView,
  ComputeApi,
  ConeRequest,
  ConeView,
  CsvFile,
  DistributionView,
  DrawdownView,
  Coverage,
  MistakesView,
  MoveStarts,
  NewestCandle,
  PriceView,
  Range,
  RealisedRequest,
  RealisedView,
  SeriesEvent,
  SigmaRequest,
  SigmaSummary,
  SigmaView,
  SpanRequest,
  StoredSeries,
  WeekRequest,
  WeekView,
} from './api.ts'
import { bandsOf } from './bands.ts'
import { SeriesCache } from './columns.ts'
import { Cones } from './cone.ts'
import { csvOf } from './csv.ts'
import { eventsOf } from './events.ts'
import { moveStart, receiptBefore, withoutHistory } from './moves.ts'
import { newestCandle, newestCloseMs } from './newest.ts'
import { distributionOf, drawdownOf, weekOf } from './panels.ts'
import { chooseInterval, RANGE_MS, REACH_MS } from './ranges.ts'
import { RealisedCache } from './realised.ts'
import { logsOfDays, realisedOf, realisedSummary, realisedView } from './realised-views.ts'
import { leadMs, misprintsOfMinutes, SigmaSeries, summaryOf } from './sigma.ts'
import { absentSpans, asOf } from './spans.ts'
import { rankingOf } from './ranking.ts'
import { coverageOf } from './coverage.ts'
import { storedSeries } from './stored.ts'

export class Compute implements ComputeApi {
  readonly #store: Store
  readonly #cache: SeriesCache
  readonly #realised: RealisedCache
  /** Of the series asked about last: another estimator or window of it needs no new ones. */
  #series: SigmaSeries | null = null
  readonly #memory = new Memory()
  /** Of the market and estimator asked about last. */
  #cones: Cones | null = null
  /** Questions for bands so far: only the last one is wanted. */
  #bandsAsked = 0

  constructor(store: Store) {
    this.#store = store
    this.#cache = new SeriesCache(store)
    this.#realised = new RealisedCache(store, this.#cache)
  }

  async price(market: MarketId, range: Range, nowMs: number): Promise<PriceView> {
    const spans = await this.#spans(market)
    const all = Object.values(spans).flat()
    const firstMs = Math.min(nowMs, ...all.map((span) => span.fromMs))
    const lastMs = await newestCloseMs(this.#store, market)
    // A device that was away for longer than the range shows the last stretch that it has.
    const toMs = lastMs === null || nowMs - lastMs < RANGE_MS[range] ? nowMs : lastMs
    const fromMs = range === 'All' ? firstMs : toMs - RANGE_MS[range]
    const interval = chooseInterval(range, spans, fromMs, toMs)
    const storedMs = Math.min(fromMs, ...spans[STORED_UNDER[interval]].map((span) => span.fromMs))
    const reachMs = Math.min(fromMs, Math.max(storedMs, toMs - REACH_MS[interval]))
    const columns = await this.#cache.read(market, interval, reachMs, toMs)
    const shown = fromFirstKnown(columns, range === 'All' ? Infinity : fromMs)
    const step = INTERVAL_MS[interval]
    const home = {
      fromMs: Math.max(shown.startMs, Math.ceil(fromMs / step) * step),
      toMs: shown.startMs + shown.length * step,
    }
    const levels = buildLevels(shown)
    const [finest, ...coarser] = levels
    return {
      market,
      interval,
      home,
      startMs: shown.startMs,
      length: shown.length,
      levels: [ownLevel(finest!), ...coarser],
      volumes: shown.volume && sumLevels(shown.volume, levels),
      absent: absentSpans(shown),
      asOfMs: asOf(shown),
    }
  }

  async events(
    market: MarketId,
    interval: Interval,
    fromMs: number,
    toMs: number,
  ): Promise<readonly SeriesEvent[]> {
    return eventsOf(this.#store, market, interval, fromMs, toMs)
  }

  async columns(market: MarketId, interval: Interval, fromMs: number, toMs: number): Promise<CandleColumns> {
    return ownColumns(await this.#cache.read(market, interval, fromMs, toMs))
  }

  async sigma(request: SigmaRequest): Promise<SigmaView> {
    const { market, interval, fromMs, toMs, window, estimator } = request
    if (isRealised(estimator)) {
      const lead = (window + 1) * DAY_MS
      const days = await this.#realised.read(market, fromMs - lead, floorTo('1d', toMs))
      return realisedView(days, { ...request, estimator })
    }
    const columns = await this.#cache.read(market, interval, fromMs - leadMs(interval, window), toMs)
    return this.#seriesOf(columns).view(request)
  }

  async bands(request: BandRequest): Promise<BandView> {
    const { market, interval, fromMs, toMs, window, estimator } = request
    const asked = ++this.#bandsAsked
    const isWanted = () => asked === this.#bandsAsked
    if (isRealised(estimator)) {
      const days = await this.#realised.read(market, fromMs - (window + 1) * DAY_MS, floorTo('1d', toMs))
      return bandsOf(logsOfDays(days, market), request, isWanted)
    }
    const columns = await this.#cache.read(market, interval, fromMs - leadMs(interval, window), toMs)
    return bandsOf(this.#seriesOf(columns).logs, request, isWanted)
  }

  async mistakes(request: SigmaRequest): Promise<MistakesView> {
    const { market, interval, fromMs, toMs, window, estimator } = request
    if (isRealised(estimator)) {
      const { receipt } = await this.sigma(request)
      const endMs = floorTo('1d', toMs)
      // The window and, for its first returns, the day before it.
      const minutes = await this.#cache.readOnce(market, '1m', endMs - (window + 1) * DAY_MS, endMs)
      return { receipt, rows: misprintsOfMinutes(minutes.columns, estimator, window) }
    }
    const columns = await this.#cache.read(market, interval, fromMs - leadMs(interval, window), toMs)
    return this.#seriesOf(columns).mistakes(request)
  }

  async summaries(
    markets: readonly MarketId[],
    estimator: Estimator,
    window: number,
  ): Promise<readonly SigmaSummary[]> {
    const summaries: SigmaSummary[] = []
    for (const market of markets) {
      if (isRealised(estimator)) {
        const days = await this.#realised.read(market, 0, await this.#wholeDays(market))
        summaries.push(realisedSummary(days, market, estimator, window))
        continue
      }
      const { fromMs, toMs } = spanOf((await this.#spans(market))['1d'])
      const columns = await this.#cache.read(market, '1d', fromMs, toMs)
      summaries.push(summaryOf(columns, estimator, window))
    }
    return summaries
  }

  async distribution(request: SpanRequest): Promise<DistributionView> {
    return distributionOf(this.#cache, request)
  }

  async drawdown(request: SpanRequest): Promise<DrawdownView> {
    return drawdownOf(this.#cache, request)
  }

  async week(request: WeekRequest): Promise<WeekView> {
    return weekOf(this.#cache, request)
  }

  async realised(request: RealisedRequest): Promise<RealisedView> {
    const { market, fromMs, toMs } = request
    const end = Math.min(toMs, await this.#wholeDays(market))
    return realisedOf(await this.#realised.read(market, fromMs, end), { market, fromMs, toMs: end })
  }

  async cone(request: ConeRequest): Promise<ConeView> {
    const { market, estimator } = request
    const interval = isRealised(estimator) ? '1m' : '1d'
    const { fromMs, toMs } = spanOf((await this.#spans(market))[interval])
    // A day under way is none yet.
    const columns = await this.#cache.read(market, interval, fromMs, floorTo('1d', toMs))
    if (!this.#cones?.isOf(columns, request)) this.#cones = new Cones(columns, request)
    return this.#cones.at(request.beforeMs)
  }

  async ranking(request: RankingRequest): Promise<readonly RankedMarket[]> {
    const daysOf = async (market: MarketId, count: number) => {
      const endMs = await this.#wholeDays(market)
      return this.#realised.read(market, endMs - count * DAY_MS, endMs)
    }
    return rankingOf(this.#store, this.#cache, daysOf, request)
  }

  async csv(request: SpanRequest): Promise<CsvFile> {
    return csvOf(this.#store, request)
  }

  async moveStarts(
    market: MarketId,
    toMs: number,
    estimator: Estimator,
    window: number,
  ): Promise<MoveStarts> {
    const start = (span: MoveSpan) =>
      moveStart(this.#cache, market, moveBegins(span, toMs), (beforeMs) =>
        this.#receiptBefore(market, beforeMs, estimator, window),
      )
    return { day: await start('day'), '24h': await start('24h') }
  }

  async absence(markets: readonly MarketId[], fromMs: number, toMs: number): Promise<readonly AbsenceView[]> {
    const views: AbsenceView[] = []
    // One after the other: decoded series are kept for a few at a time.
    for (const market of markets) views.push(await absenceOf(this.#store, this.#cache, market, fromMs, toMs))
    return views
  }

  async stored(): Promise<readonly StoredSeries[]> {
    return storedSeries(this.#store)
  }

  async coverage(market: MarketId, interval: StoredInterval, nowMs: number): Promise<Coverage> {
    return coverageOf(this.#store, market, interval, nowMs)
  }

  async newest(markets: readonly MarketId[]): Promise<readonly (NewestCandle | null)[]> {
    return Promise.all(markets.map((market) => newestCandle(this.#store, this.#cache, market)))
  }

  async invalidate(market: MarketId | null): Promise<void> {
    this.#cache.forget(market)
    if (market === null) this.#realised.forget()
    if (market === null || this.#series?.columns.market === market) this.#forgetSeries()
    if (market === null || this.#cones?.columns.market === market) this.#cones = null
  }

  async #receiptBefore(
    market: MarketId,
    beforeMs: number,
    estimator: Estimator,
    window: number,
  ): Promise<Receipt> {
    if (!isRealised(estimator)) return receiptBefore(this.#cache, market, beforeMs, estimator, window)
    const endMs = floorTo('1d', beforeMs)
    const days = await this.#realised.read(market, endMs - 2 * window * DAY_MS, endMs)
    return withoutHistory(realisedSummary(days, market, estimator, window).receipt)
  }

  /** The end of the last day of which all minutes may be here. */
  async #wholeDays(market: MarketId): Promise<number> {
    return floorTo('1d', (await newestCloseMs(this.#store, market)) ?? 0)
  }

  #seriesOf(columns: CandleColumns): SigmaSeries {
    if (this.#series?.columns === columns) return this.#series
    this.#forgetSeries()
    return (this.#series = new SigmaSeries(columns, this.#memory))
  }

  #forgetSeries(): void {
    this.#series?.release()
    this.#series = null
  }

  async #spans(market: MarketId): Promise<Record<StoredInterval, Awaited<ReturnType<typeof heldSpans>>>> {
    const [minutes, hours, days] = await Promise.all(
      STORED_INTERVALS.map((interval) => heldSpans(this.#store, market, interval)),
    )
    return { '1m': minutes!, '1h': hours!, '1d': days! }
  }
}

/** The span of all spans; empty without any. */
function spanOf(spans: readonly { readonly fromMs: number; readonly toMs: number }[]): {
  fromMs: number
  toMs: number
} {
  if (spans.length === 0) return { fromMs: 0, toMs: 0 }
  return {
    fromMs: Math.min(...spans.map((span) => span.fromMs)),
    toMs: Math.max(...spans.map((span) => span.toMs)),
  }
}

/** Without the places before the first known one; those from `keptMs` on stay in any case. */
function fromFirstKnown(columns: CandleColumns, keptMs: number): CandleColumns {
  const step = INTERVAL_MS[columns.interval]
  let first = 0
  const most = Math.min(columns.length, Math.ceil((keptMs - columns.startMs) / step))
  while (first < most && isMissing(columns.states[first]!)) first++
  return cutColumns(columns, columns.startMs + first * step, columns.startMs + columns.length * step)
}

const ownLevel = ({ factor, open, high, low, close }: Level): Level => ({
  factor,
  open: open.slice(),
  high: high.slice(),
  low: low.slice(),
  close: close.slice(),
})

const ownColumns = (columns: CandleColumns): CandleColumns => ({
  ...columns,
  states: columns.states.slice(),
  open: columns.open.slice(),
  high: columns.high.slice(),
  low: columns.low.slice(),
  close: columns.close.slice(),
  volume: columns.volume?.slice() ?? null,
  samples: columns.samples?.slice() ?? null,
})
