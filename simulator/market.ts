/**
 * Any candle of a simulated product, at any time, in any order: minutes made a day at a time, hours kept once made.
 * Hours and longer are the sums of their minutes.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/interval.ts'
import { barAt, createBars, followedBy, mergeBars, setBar, type Bar, type Bars } from './bars.ts'
import { PRODUCTS, type Product } from './catalogue.ts'
import { generateDay, MINUTES } from './day.ts'
import { createManyMarkets } from './many.ts'
import { priceOfLateTrade, withLateTrades, type LateTrade } from './late-trades.ts'
import { barSoFar } from './moment.ts'
import { createSkeleton } from './skeleton.ts'

export interface SimulationOptions {
  /** Another seed is another world. */
  readonly seed: string
  /** Nothing was traded before; null = each product's own listing. */
  readonly sinceMs: number | null
  /** So many cheap ones beside the catalogue's; none where not given. */
  readonly more?: number
  /** Spans in which nothing was traded: of one product, or (null) of the whole exchange. */
  readonly halts?: readonly {
    readonly product: string | null
    readonly fromMs: number
    readonly toMs: number
  }[]
  /** Trades that the exchange enters into closed candles later. */
  readonly lateTrades?: readonly (LateTrade & { readonly product: string })[]
  /** Products that are traded until an instant only, or under another name from then on. */
  readonly ends?: readonly End[]
}

/** The end of a product. */
export interface End {
  readonly product: string
  readonly atMs: number
  /** It goes on under this name, with its whole history. */
  readonly renamedTo: string | null
  /** How a product that is no longer traded stands in the list. */
  readonly listed: 'no' | 'as delisted'
}

/** A bar with its start. */
export interface TimedBar extends Bar {
  readonly startMs: number
}

export interface SimulatedMarket {
  readonly product: Product
  /** It is in the exchange's list from here on, where that is not from its first trade on. */
  readonly listedMs?: number
  readonly end?: End
  /**
   * Bars of `stepMs` (a minute to a day) with `fromMs` ≤ start ≤ `lastMs`, the oldest first. Buckets without
   * trades are left out; the one in which `nowMs` lies holds what was traded so far.
   */
  bars(stepMs: number, fromMs: number, lastMs: number, nowMs: number): TimedBar[]
  /** The newest trade, and when it was; null before the first one. */
  lastTrade(nowMs: number): { readonly price: number; readonly atMs: number } | null
}

/** Days of minutes kept in memory for each product. */
const KEPT_DAYS = 40

/** Every product of the exchange in this world. */
export function createMarkets(options: SimulationOptions): readonly SimulatedMarket[] {
  const { seed, sinceMs, halts = [], lateTrades = [], ends = [] } = options
  const skeleton = createSkeleton(seed)
  const catalogue = PRODUCTS.flatMap((listed): SimulatedMarket[] => {
    const own = halts.filter(({ product }) => product === null || product === listed.id)
    const product = {
      ...listed,
      listedMs: Math.max(listed.listedMs, sinceMs ?? 0),
      halts: [...listed.halts, ...own.map(({ fromMs, toMs }) => [fromMs, toMs] as const)],
    }
    const late = lateTrades.filter(({ product: id }) => id === listed.id)
    const create = (given: Product) =>
      createMarket(seed, given, (dayMs) => generateDay(seed, skeleton, given, dayMs), late)
    const end = ends.find(({ product: id }) => id === listed.id)
    if (!end) return [create(product)]
    const ended = { ...product, halts: [...product.halts, [end.atMs, Infinity] as const] }
    const markets = [{ ...create(ended), end }]
    if (end.renamedTo === null) return markets
    const [base = '', quote = ''] = end.renamedTo.split('-')
    const renamed = { ...product, id: end.renamedTo, base, quote }
    return [...markets, { ...create(product), product: renamed, listedMs: end.atMs }]
  })
  return [...catalogue, ...createManyMarkets(options.more ?? 0, options)]
}

function createMarket(
  seed: string,
  product: Product,
  generate: (dayMs: number) => Bars,
  lateTrades: readonly LateTrade[],
): SimulatedMarket {
  const firstDayMs = Math.floor(product.listedMs / DAY_MS) * DAY_MS
  const days = new Map<number, Bars>()
  const years = new Map<
    number,
    { readonly startMs: number; readonly hours: Bars; readonly made: Uint8Array }
  >()

  function minutesOf(dayMs: number): Bars {
    let day = days.get(dayMs)
    if (day) days.delete(dayMs)
    else {
      day = generate(dayMs)
      keepHours(dayMs, day)
      const oldest = days.keys().next()
      if (days.size >= KEPT_DAYS && !oldest.done) days.delete(oldest.value)
    }
    days.set(dayMs, day)
    return day
  }

  function yearOf(dayMs: number) {
    const year = new Date(dayMs).getUTCFullYear()
    let kept = years.get(year)
    if (!kept) {
      kept = { startMs: Date.UTC(year, 0), hours: createBars(366 * 24), made: new Uint8Array(366) }
      years.set(year, kept)
    }
    return kept
  }

  function keepHours(dayMs: number, day: Bars): void {
    const year = yearOf(dayMs)
    const place = (dayMs - year.startMs) / DAY_MS
    for (let hour = 0; hour < 24; hour++) {
      const bar = mergeBars(day, hour * 60, hour * 60 + 60)
      if (bar) setBar(year.hours, place * 24 + hour, bar)
    }
    year.made[place] = 1
  }

  /** The whole bar of a bucket, as if its end had come. */
  function wholeBar(stepMs: number, startMs: number): Bar | null {
    const dayMs = Math.floor(startMs / DAY_MS) * DAY_MS
    if (dayMs < firstDayMs) return null
    if (stepMs < HOUR_MS) {
      const from = (startMs - dayMs) / MINUTE_MS
      return mergeBars(minutesOf(dayMs), from, from + stepMs / MINUTE_MS)
    }
    const year = yearOf(dayMs)
    if (!year.made[(dayMs - year.startMs) / DAY_MS]) keepHours(dayMs, generate(dayMs))
    const from = (startMs - year.startMs) / HOUR_MS
    return mergeBars(year.hours, from, from + stepMs / HOUR_MS)
  }

  /** The bar of the bucket in which now lies. */
  function formingBar(startMs: number, nowMs: number): Bar | null {
    const dayMs = Math.floor(startMs / DAY_MS) * DAY_MS
    if (dayMs < firstDayMs) return null
    const minutes = minutesOf(dayMs)
    const current = Math.floor((nowMs - dayMs) / MINUTE_MS)
    const before = mergeBars(minutes, (startMs - dayMs) / MINUTE_MS, current)
    const whole = barAt(minutes, current)
    if (!whole) return before
    const second = Math.floor((nowMs - dayMs - current * MINUTE_MS) / 1000)
    return followedBy(before, barSoFar(whole, second, `${seed}/${product.id}/${dayMs}/${current}`))
  }

  function bars(stepMs: number, fromMs: number, lastMs: number, nowMs: number): TimedBar[] {
    const result: TimedBar[] = []
    const until = Math.min(lastMs, nowMs)
    for (
      let startMs = Math.ceil(Math.max(fromMs, firstDayMs) / stepMs) * stepMs;
      startMs <= until;
      startMs += stepMs
    ) {
      const bar = startMs + stepMs > nowMs ? formingBar(startMs, nowMs) : wholeBar(stepMs, startMs)
      if (bar) result.push({ startMs, ...bar })
    }
    if (lateTrades.length === 0) return result
    const late = lateTrades.filter(
      ({ atMs, knownMs }) =>
        knownMs <= nowMs && atMs >= fromMs && Math.floor(atMs / stepMs) * stepMs <= until,
    )
    return withLateTrades(result, stepMs, late, (atMs) => priceOfLateTrade(minutesOf, atMs))
  }

  function lastTrade(nowMs: number): { price: number; atMs: number } | null {
    const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
    const forming = formingMinute(minuteMs, nowMs)
    if (forming) return { price: forming.close, atMs: Math.floor(nowMs / 1000) * 1000 }
    for (let dayMs = Math.floor(nowMs / DAY_MS) * DAY_MS; dayMs >= firstDayMs; dayMs -= DAY_MS) {
      if (dayMs + DAY_MS <= nowMs && !wholeBar(DAY_MS, dayMs)) continue
      const minutes = minutesOf(dayMs)
      for (let i = Math.min(MINUTES, (minuteMs - dayMs) / MINUTE_MS) - 1; i >= 0; i--)
        if (minutes.traded[i]) return { price: minutes.close[i]!, atMs: dayMs + (i + 1) * MINUTE_MS - 1000 }
    }
    return null
  }

  function formingMinute(minuteMs: number, nowMs: number): Bar | null {
    return bars(MINUTE_MS, minuteMs, minuteMs, nowMs)[0] ?? null
  }

  return { product, bars, lastTrade }
}
