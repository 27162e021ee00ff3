/**
 * σ of a series that grows: a bar goes in and the newest σ is there, in constant time on average, whatever the window. It is
 * that of `volatility` over all bars so far, to 1e-12. Nothing is allocated after the beginning.
 */
import { isMissing, missingColumns, type CandleColumns } from '../candle/columns.ts'
import type { MarketId } from '../market.ts'
import { DAY_MS, floorTo, INTERVAL_MS, type Interval } from '../time/interval.ts'
import { codesOfStretch } from './entering.ts'
import { nextVariance } from './ewma.ts'
import { ingredientsOf, type WindowedEstimator } from './ingredients.ts'
import { barLogsOfStretch, linkLogsOfStretch, type BarLogs, type LinkLogs } from './logs.ts'
import { emptyDays } from './realised/columns.ts'
import { DayOfBars, isIntraday } from './realised/days.ts'
import type { IntradayInterval, RealisedDays } from './realised/types.ts'
import { checkRequest, fewestBars, isRealised, needsCloseBefore } from './request.ts'
import { eachSparse, readsRange } from './sampled.ts'
import { SlidingCount, SlidingDeviations, SlidingSum } from './sliding.ts'
import type { RealisedEstimator, VolatilityRequest } from './types.ts'

/** What the window that ends with the newest bar gives. */
export interface VolatilityStream {
  /** Fraction per year (or per bar); NaN = not available. At a missing place: that of the series if a bar follows. */
  readonly sigma: number
  /** Bars that could enter, and how many of them are flat ones. */
  readonly bars: number
  readonly flat: number
  /**
   * The next place of the grid, in order.
   *
   * @param state a `State`; prices are read where it is `present`
   * @param samples how many the bar was made of, 0 for a source's own
   */
  push(state: number, open: number, high: number, low: number, close: number, samples?: number): void
}

/**
 * A stream of the bars of one market and interval. Of the realised family σ changes with the last bar of each UTC day, and
 * windows count days.
 *
 * @param startMs start of the first place
 * @throws RangeError as `volatility`, and where the realised family is asked of bars longer than 5 minutes
 */
export function volatilityStream(
  request: VolatilityRequest,
  interval: Interval,
  startMs: number,
): VolatilityStream {
  checkRequest(request)
  const { estimator } = request
  if (!isRealised(estimator)) return new StreamOfBars(request, interval, estimator)
  if (!isIntraday(interval))
    throw new RangeError(`${estimator} cannot be made of bars of ${interval}: 1m or 5m`)
  return new StreamOfDays(request, new BarsOfDay(interval, startMs), estimator)
}

class StreamOfBars implements VolatilityStream {
  sigma = NaN
  readonly #bar: OneBar
  readonly #variance: (counted: SlidingCount) => number
  readonly #counted: SlidingCount
  readonly #fewest: number
  readonly #barsPerYear: number
  /** Places until the first full window, counted from the first known one. */
  #ahead: number

  constructor(request: VolatilityRequest, interval: Interval, estimator: WindowedEstimator | 'ewma') {
    const { window } = request
    const paired = needsCloseBefore(estimator)
    this.#bar = new OneBar(interval, paired, readsRange(estimator))
    this.#counted = new SlidingCount(window)
    this.#fewest = fewestBars(request)
    this.#barsPerYear = request.barsPerYear ?? 1
    this.#ahead = window + (paired ? 1 : 0)
    this.#variance =
      estimator === 'ewma'
        ? weighted(this.#bar, window, () => this.#ahead === 0 && this.bars >= this.#fewest)
        : summed(this.#bar, { ...request, estimator })
  }

  get bars(): number {
    return this.#counted.bars
  }

  get flat(): number {
    return this.#counted.flat
  }

  push(state: number, open: number, high: number, low: number, close: number, samples = 0): void {
    const isBegun = this.#bar.read(state, open, high, low, close, samples)
    this.#counted.push(this.#bar.enters[0]!)
    if (isBegun && this.#ahead > 0) this.#ahead--
    const variance = this.#variance(this.#counted)
    const isThere = this.#ahead === 0 && this.bars >= this.#fewest
    this.sigma = isThere ? Math.sqrt(variance * this.#barsPerYear) : NaN
  }
}

/** The newest bar as columns of one place, so that formulas are those of whole series. */
class OneBar {
  readonly enters = new Uint8Array(1)
  readonly #columns: CandleColumns
  readonly #samples = new Uint32Array(1)
  readonly #bars: BarLogs = {
    range: new Float64Array(1),
    body: new Float64Array(1),
    rogersSatchell: new Float64Array(1),
  }
  readonly #links: LinkLogs = { jump: new Float64Array(1), return: new Float64Array(1) }
  readonly #paired: boolean
  readonly #ranged: boolean
  #carried = NaN
  #linked = 0
  #isBegun = false

  constructor(interval: Interval, paired: boolean, ranged: boolean) {
    this.#columns = missingColumns('csv:stream' as MarketId, interval, 0, 1, false)
    this.#columns.samples = this.#samples
    this.#paired = paired
    this.#ranged = ranged
  }

  bars(): BarLogs {
    return this.#bars
  }

  links(): LinkLogs {
    return this.#links
  }

  /** Gives whether this bar or one before it is known. */
  read(state: number, open: number, high: number, low: number, close: number, samples: number): boolean {
    const columns = this.#columns
    columns.states[0] = state
    columns.open[0] = open
    columns.high[0] = high
    columns.low[0] = low
    columns.close[0] = close
    this.#samples[0] = samples
    barLogsOfStretch(columns, 0, 1, this.#bars)
    this.#carried = linkLogsOfStretch(columns, 0, 1, this.#carried, this.#links)
    this.#linked = codesOfStretch(columns.states, this.#paired, 0, 1, this.#linked, this.enters)
    if (this.#ranged) eachSparse(columns, this.#leaveOut)
    if (!isMissing(state)) this.#isBegun = true
    return this.#isBegun
  }

  /** Of too few samples. */
  readonly #leaveOut = (): void => {
    this.enters[0] = 0
    this.#bars.range[0] = this.#bars.body[0] = this.#bars.rogersSatchell[0] = 0
  }
}

/** What is called once after each bar: the variance per bar of the window. */
function summed(
  bar: OneBar,
  { estimator, mean, window }: VolatilityRequest & { readonly estimator: WindowedEstimator },
): (counted: SlidingCount) => number {
  const sums = ingredientsOf(bar, estimator, mean).map((ingredient) => {
    const { factor } = ingredient
    if ('sumOf' in ingredient) {
      const term = new Float64Array(1)
      const sum = new SlidingSum(window)
      return (n: number) => {
        ingredient.sumOf(0, 1, term)
        return sum.push(term[0]!) * factor(n)
      }
    }
    const deviations = new SlidingDeviations(window)
    return (n: number) => deviations.push(ingredient.deviationsOf[0]!, bar.enters[0] !== 0) * factor(n)
  })
  return ({ bars }) => {
    let variance = 0
    for (const sum of sums) variance += sum(bars)
    return variance
  }
}

/** @param isEnough whether the window of the newest bar can be the seed */
function weighted(bar: OneBar, window: number, isEnough: () => boolean): (counted: SlidingCount) => number {
  const { return: returns } = bar.links()
  const squares = new SlidingSum(window)
  let variance = NaN
  return ({ bars }) => {
    const r = returns[0]!
    const sum = squares.push(r * r)
    if (Number.isNaN(variance)) {
      if (isEnough()) variance = sum / bars
    } else if (bar.enters[0] !== 0) variance = nextVariance(variance, r)
    return variance
  }
}

class StreamOfDays implements VolatilityStream {
  sigma = NaN
  readonly flat = 0
  readonly #bars: BarsOfDay
  readonly #estimator: RealisedEstimator
  readonly #counted: SlidingCount
  readonly #sum: SlidingSum
  readonly #fewest: number
  readonly #daysPerYear: number
  #ahead: number

  constructor(request: VolatilityRequest, bars: BarsOfDay, estimator: RealisedEstimator) {
    this.#bars = bars
    this.#estimator = estimator
    this.#counted = new SlidingCount(request.window)
    this.#sum = new SlidingSum(request.window)
    this.#fewest = fewestBars(request)
    this.#daysPerYear = request.barsPerYear ?? 1
    this.#ahead = request.window
  }

  get bars(): number {
    return this.#counted.bars
  }

  push(state: number, _open: number, _high: number, _low: number, close: number, samples = 0): void {
    if (!this.#bars.push(state, close, samples)) return
    const variance = this.#bars.measures.variance[this.#estimator][0]!
    const isThere = !Number.isNaN(variance)
    this.#counted.push(isThere ? 1 : 0)
    const sum = this.#sum.push(isThere ? variance : 0)
    if (this.#ahead > 0) this.#ahead--
    const enough = this.#ahead === 0 && this.bars >= this.#fewest
    this.sigma = enough ? Math.sqrt((sum / this.bars) * this.#daysPerYear) : NaN
  }
}

/** The bars of the day under way. */
class BarsOfDay {
  readonly #columns: CandleColumns
  readonly #samples: Uint32Array
  readonly #day: DayOfBars
  /** Of the last whole day. */
  readonly measures: RealisedDays
  #at: number
  #isBegun = false

  constructor(interval: IntradayInterval, startMs: number) {
    this.#day = new DayOfBars(interval)
    this.#columns = missingColumns('csv:stream' as MarketId, interval, 0, this.#day.bars, false)
    this.#samples = new Uint32Array(this.#day.bars)
    this.#columns.samples = this.#samples
    this.measures = emptyDays({ startMs: 0, endMs: DAY_MS, length: 1, interval })
    this.#at = (startMs - floorTo('1d', startMs)) / INTERVAL_MS[interval]
  }

  /** Gives whether the day is over, from the first known bar on; its measures are there then. */
  push(state: number, close: number, samples: number): boolean {
    const { states, close: closes } = this.#columns
    states[this.#at] = state
    closes[this.#at] = close
    this.#samples[this.#at] = samples
    if (!isMissing(state)) this.#isBegun = true
    if (++this.#at < this.#day.bars) return false
    this.#at = 0
    this.#day.read(this.#columns, 0)
    for (const variance of Object.values(this.measures.variance)) variance[0] = NaN
    this.#day.measure(this.measures, 0)
    return this.#isBegun
  }
}
