/**
 * The worker's answers, apart from how they travel: reads the store, decodes, computes. Nothing here knows the page.
 * Arrays in an answer belong to whoever asked.
 */
import { isMissing, type CandleColumns } from '../../core/candle/columns.ts'
import { buildLevels, sumLevels, type Level } from '../../core/candle/levels.ts'
import type { MarketId } from '../../core/market.ts'
import {
  barsPerYear,
  INTERVAL_MS,
  STORED_INTERVALS,
  STORED_UNDER,
  type Interval,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { Memory } from '../../core/volatility/memory.ts'
import { newestReceipt, percentile, volatilityOrCloses } from '../../core/volatility/volatility.ts'
import type { Estimator, Mean, Receipt, VolatilitySeries } from '../../core/volatility/types.ts'
import type { Store } from '../lib/store/database.ts'
import { heldSpans } from '../lib/store/series.ts'
import { absenceOf } from './absence.ts'
import type {
  AbsenceView,
  ComputeApi,
  CsvFile,
  DistributionView,
  DrawdownView,
  Coverage,
  NewestCandle,
  PriceView,
  Range,
  SeriesEvent,
  SigmaRequest,
  SigmaSummary,
  SigmaView,
  SpanRequest,
  StoredSeries,
  WeekRequest,
  WeekView,
} from './api.ts'
import { cutColumns, SeriesCache } from './columns.ts'
import { csvOf } from './csv.ts'
import { eventsOf } from './events.ts'
import { newestCandle, newestCloseMs } from './newest.ts'
import { distributionOf, drawdownOf, weekOf } from './panels.ts'
import { chooseInterval, RANGE_MS, REACH_MS } from './ranges.ts'
import { absentSpans, asOf } from './spans.ts'
import { coverageOf } from './coverage.ts'
import { storedSeries } from './stored.ts'

/** σ is not shown where fewer than half of a window's bars could enter. */
const MIN_COVERAGE = 0.5
/** The longest window on screen, in bars. */
const WINDOW_LEAD = 366

export class Compute implements ComputeApi {
  readonly #store: Store
  readonly #cache: SeriesCache
  /** Of the series asked about last: another estimator or window of it needs no new ones. */
  #logs: LogColumns | null = null
  readonly #memory = new Memory()

  constructor(store: Store) {
    this.#store = store
    this.#cache = new SeriesCache(store)
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
    const { market, interval, fromMs, toMs, window } = request
    const step = INTERVAL_MS[interval]
    // The window before the first place, and the close before that: of the longest window that people choose, so that all
    // windows are of the same columns, whose logarithms are here.
    const before = (Math.max(window, WINDOW_LEAD) + 1) * step
    const columns = await this.#cache.read(market, interval, fromMs - before, toMs)
    const series = sigmaOf(this.#logsOf(columns), request.estimator, window, request.mean)
    const skip = Math.max(0, Math.ceil((fromMs - columns.startMs) / step))
    const view = {
      market,
      interval,
      startMs: columns.startMs + skip * step,
      sigma: series.sigma.slice(skip),
      bars: series.bars.slice(skip),
      flat: series.flat.slice(skip),
      receipt: receiptOf(series, columns, request.estimator),
      percentile: percentile({
        ...series,
        sigma: series.sigma.subarray(skip),
        endPlace: series.endPlace - skip,
      }),
    }
    this.#memory.giveBack(series.sigma)
    return view
  }

  async summaries(
    markets: readonly MarketId[],
    estimator: Estimator,
    window: number,
  ): Promise<readonly SigmaSummary[]> {
    const summaries: SigmaSummary[] = []
    for (const market of markets) {
      const { fromMs, toMs } = spanOf((await this.#spans(market))['1d'])
      const columns = await this.#cache.read(market, '1d', fromMs, toMs)
      const series = sigmaOf(new LogColumns(columns), estimator, window, 'sample')
      summaries.push({ receipt: receiptOf(series, columns, estimator), percentile: percentile(series) })
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

  async csv(request: SpanRequest): Promise<CsvFile> {
    return csvOf(this.#store, request)
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
    if (market === null || this.#logs?.columns.market === market) this.#forgetLogs()
  }

  #logsOf(columns: CandleColumns): LogColumns {
    if (this.#logs?.columns === columns) return this.#logs
    this.#forgetLogs()
    return (this.#logs = new LogColumns(columns, this.#memory))
  }

  #forgetLogs(): void {
    this.#logs?.release()
    this.#logs = null
  }

  async #spans(market: MarketId): Promise<Record<StoredInterval, Awaited<ReturnType<typeof heldSpans>>>> {
    const [minutes, hours, days] = await Promise.all(
      STORED_INTERVALS.map((interval) => heldSpans(this.#store, market, interval)),
    )
    return { '1m': minutes!, '1h': hours!, '1d': days! }
  }
}

function sigmaOf(logs: LogColumns, estimator: Estimator, window: number, mean: Mean): VolatilitySeries {
  const { columns } = logs
  const annual = barsPerYear(columns.interval)
  const request = { estimator, window, mean, barsPerYear: annual, minCoverage: MIN_COVERAGE }
  return volatilityOrCloses(columns, request, logs)
}

/** The receipt of the newest σ, which tells where another estimator was taken than was asked for. */
function receiptOf(series: VolatilitySeries, columns: CandleColumns, asked: Estimator): Receipt {
  const receipt = newestReceipt(series, columns)
  return receipt.estimator === asked ? receipt : { ...receipt, insteadOf: asked }
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
