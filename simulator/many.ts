/**
 * Markets beyond the catalogue, as many as are wanted: each from a few numbers of its own, so that any of its minutes
 * costs next to nothing and none is kept. Prices wander in waves; longer bars are the sums of their minutes.
 */
import { MINUTE_MS } from '../core/time/interval.ts'
import { followedBy, type Bar } from './bars.ts'
import type { Product } from './catalogue.ts'
import type { SimulatedMarket, SimulationOptions, TimedBar } from './market.ts'
import { barSoFar } from './moment.ts'
import { randomStream, uniform } from './random.ts'

const PRICE_DECIMALS = 4
const AMOUNT_DECIMALS = 2
/** One minute in so many has no trade, on average. */
const QUIET = 12
/** Steps of a minute beside the waves, a fraction of the price. */
const NOISE = 0.0004
/** Nothing was traded for longer than this before a moment: then nothing was at all. */
const LOOK_BACK_MINUTES = 120

/** `M00001-USDT` and so on. */
export function createManyMarkets(count: number, { seed, sinceMs }: SimulationOptions): SimulatedMarket[] {
  const listedMs = sinceMs ?? Date.UTC(2020, 0)
  return Array.from({ length: count }, (_, i) => {
    const base = `M${String(i + 1).padStart(5, '0')}`
    const product: Product = {
      id: `${base}-USDT`,
      base,
      quote: 'USDT',
      priceDecimals: PRICE_DECIMALS,
      amountDecimals: AMOUNT_DECIMALS,
      listedMs,
      tradesPerMinute: 3,
      turnoverPerMinute: 1000,
      halts: [],
    }
    return manyMarket(seed, product)
  })
}

function manyMarket(seed: string, product: Product): SimulatedMarket {
  const bits = randomStream(`${seed}/${product.id}`)
  const own = bits()
  const usual = 10 ** (uniform(bits) * 4)
  const waves = [2 * 60, 11 * 60, 5 * 1440].map((minutes) => ({
    speed: (2 * Math.PI) / (minutes * (0.7 + 0.6 * uniform(bits))),
    shift: 2 * Math.PI * uniform(bits),
    height: 0.004 * Math.sqrt(minutes / 120),
  }))
  const firstMinute = Math.ceil(product.listedMs / MINUTE_MS)

  /** Price in ticks at the start of a minute. */
  function level(minute: number): number {
    let log = NOISE * (mixed(own, minute) / 2147483648 - 1)
    for (const { speed, shift, height } of waves) log += height * Math.sin(speed * minute + shift)
    return Math.max(1, Math.round(usual * Math.exp(log) * 10 ** PRICE_DECIMALS))
  }

  function wholeMinute(minute: number): Bar | null {
    const draw = mixed(own ^ 0x5bd1e995, minute)
    if (minute < firstMinute || draw % QUIET === 0) return null
    const [open, close] = [level(minute), level(minute + 1)]
    const reach = (share: number) => Math.round(open * NOISE * share)
    return {
      open,
      close,
      high: Math.max(open, close) + reach(((draw >>> 8) & 255) / 256),
      low: Math.max(1, Math.min(open, close) - reach(((draw >>> 16) & 255) / 256)),
      volume: 1 + (draw % 100_000),
    }
  }

  /** As traded until now, where the minute is not over. */
  function minuteBar(minute: number, nowMs: number): Bar | null {
    const whole = wholeMinute(minute)
    const second = Math.floor((nowMs - minute * MINUTE_MS) / 1000)
    return whole && second < 59 ? barSoFar(whole, second, `${seed}/${product.id}/${minute}`) : whole
  }

  return {
    product,
    bars(stepMs, fromMs, lastMs, nowMs) {
      const found: TimedBar[] = []
      const firstMs = Math.max(fromMs, Math.floor(product.listedMs / stepMs) * stepMs)
      for (
        let startMs = Math.ceil(firstMs / stepMs) * stepMs;
        startMs <= Math.min(lastMs, nowMs);
        startMs += stepMs
      ) {
        let bar: Bar | null = null
        const end = Math.min(startMs + stepMs, nowMs + 1) / MINUTE_MS
        for (let minute = Math.max(firstMinute, startMs / MINUTE_MS); minute < end; minute++)
          bar = followedBy(bar, minuteBar(minute, nowMs))
        if (bar) found.push({ startMs, ...bar })
      }
      return found
    },
    lastTrade(nowMs) {
      const now = Math.floor(nowMs / MINUTE_MS)
      for (let minute = now; minute > now - LOOK_BACK_MINUTES && minute >= firstMinute; minute--) {
        const bar = minuteBar(minute, nowMs)
        if (bar)
          return {
            price: bar.close,
            atMs: Math.min(Math.floor(nowMs / 1000) * 1000, minute * MINUTE_MS + 59_000),
          }
      }
      return null
    },
  }
}

/** 32 bits that look random, of a market's own number and a minute's (murmur3's finaliser). */
function mixed(own: number, minute: number): number {
  let hash = own ^ Math.imul(minute, 0x9e3779b1)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
