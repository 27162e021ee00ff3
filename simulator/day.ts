/**
 * One day of one product, minute by minute: a Brownian path with the day's volatility, its hours' rhythm and its jump,
 * bridged between the midnights of the skeleton; then the trades that the exchange saw of it.
 * Each day stands alone, so any day can be asked first.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/interval.ts'
import { createBars, type Bars } from './bars.ts'
import { ASSETS, OUTAGES, type Product } from './catalogue.ts'
import { exponential, normal, randomStream, size, uniform } from './random.ts'
import type { Skeleton } from './skeleton.ts'

export const MINUTES = 1440
/** Minutes that share one draw of volatility. */
const BLOCK = 15

/** How lively each minute of a day is, by UTC: most at 15:00, least at 03:00; mean square 1 for the volatility. */
const RHYTHM = Float64Array.from({ length: MINUTES }, (_, i) =>
  Math.cos((2 * Math.PI * (i - 15 * 60)) / MINUTES),
)
const VOLATILITY_RHYTHM = RHYTHM.map((wave) => (1 + 0.4 * wave) / Math.sqrt(1.08))
const TRADE_RHYTHM = RHYTHM.map((wave) => Math.exp(0.8 * wave))

/** All minutes of the UTC day that starts at `dayMs`. */
export function generateDay(seed: string, skeleton: Skeleton, product: Product, dayMs: number): Bars {
  const bars = createBars(MINUTES)
  const silent = silentMinutes(seed, product, dayMs)
  if (!silent.includes(0)) return bars
  const path = assetPath(seed, skeleton, product.base, dayMs)
  const weekend = [0, 6].includes(new Date(dayMs).getUTCDay()) ? 0.6 : 1
  const quoteFrom = skeleton.quote(product.quote, dayMs)
  const quoteStep = (skeleton.quote(product.quote, dayMs + DAY_MS) - quoteFrom) / MINUTES
  const bits = randomStream(`${seed}/${product.id}/${dayMs}`)
  const ticksPerUnit = 10 ** product.priceDecimals
  const amountsPerUnit = 10 ** product.amountDecimals

  let before = path.from - quoteFrom
  for (let i = 0; i < MINUTES; i++) {
    const sigma = path.sigma[i]!
    const after = path.level[i]! - quoteFrom - quoteStep * (i + 1)
    const first = bits()
    const second = bits()
    const third = bits()
    const open = before + 0.12 * sigma * normal(first)
    before = after
    if (silent[i]) continue
    const trades = product.tradesPerMinute * TRADE_RHYTHM[i]! * weekend * path.liveliness[i]!
    const quiet = trades < 40 ? Math.exp(-trades) : 0
    const draw = second / 4294967296
    if (draw < quiet) continue
    const price = Math.exp(after)
    const close = Math.max(1, nearest(price * ticksPerUnit))
    bars.traded[i] = 1
    bars.close[i] = close
    if (draw < quiet * (1 + trades)) {
      bars.open[i] = bars.high[i] = bars.low[i] = close
    } else {
      // Highest and lowest point of a Brownian bridge from open to close, by inversion of their distribution.
      const move = after - open
      const up = (move + Math.sqrt(move * move + 2 * sigma * sigma * exponential(first))) / 2
      const down = (move - Math.sqrt(move * move + 2 * sigma * sigma * exponential(third))) / 2
      const scale = price * (1 - move + (move * move) / 2) * ticksPerUnit
      const opening = Math.max(1, nearest(scale))
      bars.open[i] = opening
      bars.high[i] = Math.max(opening, close, nearest(scale * (1 + up)))
      bars.low[i] = Math.max(1, Math.min(opening, close, nearest(scale * (1 + down))))
    }
    const turnover = (product.turnoverPerMinute / product.tradesPerMinute) * trades * size(third)
    bars.volume[i] = Math.max(1, nearest((turnover * amountsPerUnit) / price))
  }
  return bars
}

/** An asset's path through a day: log price after each minute, each minute's σ, and how lively it is beside its rhythm. */
interface Path {
  readonly from: number
  readonly level: Float64Array
  readonly sigma: Float64Array
  readonly liveliness: Float64Array
}

function assetPath(seed: string, skeleton: Skeleton, base: string, dayMs: number): Path {
  const day = skeleton.asset(base, dayMs)
  const shared = ASSETS[base]!.shared
  const alone = Math.sqrt(1 - shared ** 2)
  const common = randomStream(`${seed}/market/${dayMs}`)
  const own = randomStream(`${seed}/${base}/${dayMs}`)
  const level = new Float64Array(MINUTES)
  const sigma = new Float64Array(MINUTES)
  const liveliness = new Float64Array(MINUTES)

  const minuteSigma = day.sigma / Math.sqrt(MINUTES)
  let block = 0.5 * normal(common())
  let sum = 0
  let variance = 0
  for (let i = 0; i < MINUTES; i++) {
    if (i % BLOCK === 0) block = 0.85 * block + 0.25 * normal(common())
    const lively = i % BLOCK === 0 ? Math.exp(block - 0.11) : liveliness[i - 1]!
    const step = minuteSigma * VOLATILITY_RHYTHM[i]! * lively
    const move = step * (shared * normal(common()) + alone * normal(own()))
    liveliness[i] = lively
    sigma[i] = step
    level[i] = move
    sum += move
    variance += step * step
  }
  // The path must end at the next midnight: each step takes a share of the difference by its variance.
  const rest = day.to - day.from - day.jump - sum
  let at = day.from
  for (let i = 0; i < MINUTES; i++) {
    at += level[i]! + (rest * sigma[i]! * sigma[i]!) / variance
    if (i === day.jumpMinute) at += day.jump
    level[i] = at
  }
  return { from: day.from, level, sigma, liveliness }
}

/** Minutes in which nothing could be traded: before the listing, halts, the exchange's outages, the product's hiccups. */
function silentMinutes(seed: string, product: Product, dayMs: number): Uint8Array {
  const silent = new Uint8Array(MINUTES)
  const silence = (fromMs: number, toMs: number) => {
    const from = Math.max(0, Math.ceil((fromMs - dayMs) / MINUTE_MS))
    const to = Math.min(MINUTES, Math.ceil((toMs - dayMs) / MINUTE_MS))
    if (from < to) silent.fill(1, from, to)
  }
  silence(dayMs, product.listedMs)
  for (const [from, to] of product.halts) silence(from, to)
  for (const [from, to] of OUTAGES) silence(from, to)
  const outage = shortOutage(seed, dayMs)
  if (outage) silence(...outage)
  const hiccup = randomStream(`${seed}/${product.id}/hiccup/${dayMs}`)
  if (uniform(hiccup) < 1 / 25) {
    const fromMs = dayMs + Math.floor(uniform(hiccup) * MINUTES) * MINUTE_MS
    silence(fromMs, fromMs + (5 + Math.floor(uniform(hiccup) * 40)) * MINUTE_MS)
  }
  return silent
}

/** The outage of the whole exchange on a day: 10 to 50 minutes of one hour, about twice a year; null on the other days. */
export function shortOutage(seed: string, dayMs: number): readonly [number, number] | null {
  const bits = randomStream(`${seed}/outage/${dayMs}`)
  if (uniform(bits) >= 1 / 180) return null
  const fromMs = dayMs + Math.floor(uniform(bits) * 24) * HOUR_MS
  return [fromMs, fromMs + (10 + Math.floor(uniform(bits) * 40)) * MINUTE_MS]
}

/** As Math.round for what is not negative, at a fraction of its cost. */
function nearest(value: number): number {
  return Math.floor(value + 0.5)
}
