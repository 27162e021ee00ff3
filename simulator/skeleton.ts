/**
 * The coarse shape of the simulated world: for each asset its log price at every UTC midnight and each day's volatility.
 * Built forward from a fixed first day, so it is the same whenever the program starts; days are filled in by `day.ts`.
 */
import { DAY_MS } from '../core/time/interval.ts'
import { ASSETS, QUOTE_USD } from './catalogue.ts'
import { normal, randomStream, uniform, type Bits } from './random.ts'

/** Day 0. */
const FIRST_DAY_MS = Date.UTC(2019, 11, 1)

/** One day of one asset in log space. */
interface AssetDay {
  /** Log price in US dollars at the day's start and at its end. */
  readonly from: number
  readonly to: number
  /** Standard deviation of the day's log return. */
  readonly sigma: number
  /** Log return of the day's jump and the minute in which it comes; 0 on most days. */
  readonly jump: number
  readonly jumpMinute: number
}

export interface Skeleton {
  asset(symbol: string, dayMs: number): AssetDay
  /** Log of US dollars for one unit of the currency at a UTC midnight. */
  quote(symbol: string, dayMs: number): number
}

/** Pull back to the usual price, a fraction a day: half a wander is forgotten in about 10 months. */
const REVERSION = 0.0023
/** Log volatility from day to day: persistence and noise, stationary deviation about 0.42. */
const PERSISTENCE = 0.97
const VOLATILITY_NOISE = 0.1
const JUMP_CHANCE = 1 / 45

interface Chain {
  readonly days: AssetDay[]
  readonly bits: Bits
  logVolatility: number
}

/** The world of this seed. */
export function createSkeleton(seed: string): Skeleton {
  const chains = new Map<string, Chain>()
  const quotes = new Map<string, { readonly levels: number[]; readonly bits: Bits }>()
  const market = { returns: [] as number[], bits: randomStream(`${seed}/market/days`) }

  function marketReturn(day: number): number {
    while (market.returns.length <= day) market.returns.push(normal(market.bits()))
    return market.returns[day]!
  }

  return {
    asset(symbol, dayMs) {
      const day = dayOf(dayMs)
      let chain = chains.get(symbol)
      if (!chain)
        chains.set(
          symbol,
          (chain = { days: [], bits: randomStream(`${seed}/${symbol}/days`), logVolatility: 0 }),
        )
      while (chain.days.length <= day) extend(symbol, chain, marketReturn(chain.days.length))
      return chain.days[day]!
    },
    quote(symbol, dayMs) {
      const usd = QUOTE_USD[symbol]
      if (usd === undefined) throw new RangeError(`the simulated exchange knows no currency ${symbol}`)
      if (symbol === 'USD') return 0
      const day = dayOf(dayMs)
      let chain = quotes.get(symbol)
      if (!chain)
        quotes.set(
          symbol,
          (chain = { levels: [Math.log(usd)], bits: randomStream(`${seed}/${symbol}/days`) }),
        )
      while (chain.levels.length <= day) {
        const last = chain.levels.at(-1)!
        chain.levels.push(last + 0.0045 * normal(chain.bits()) - 0.01 * (last - Math.log(usd)))
      }
      return chain.levels[day]!
    },
  }
}

function dayOf(dayMs: number): number {
  const day = Math.floor((dayMs - FIRST_DAY_MS) / DAY_MS)
  if (day < 0) throw new RangeError('the simulated world begins in December 2019')
  return day
}

function extend(symbol: string, chain: Chain, marketNoise: number): void {
  const asset = ASSETS[symbol]
  if (!asset) throw new RangeError(`the simulated exchange knows no coin ${symbol}`)
  const { bits } = chain
  chain.logVolatility = PERSISTENCE * chain.logVolatility + VOLATILITY_NOISE * normal(bits())
  const sigma = (asset.sigmaYear / Math.sqrt(365)) * Math.exp(chain.logVolatility - 0.08)
  const own = normal(bits())
  const jumps = uniform(bits) < JUMP_CHANCE
  const jumpMinute = Math.floor(uniform(bits) * 1440)
  const jumpSize = sigma * (normal(bits()) * 1.5 - 0.4)
  const jump = jumps ? jumpSize : 0
  const anchor = Math.log(asset.usd)
  const from = chain.days.at(-1)?.to ?? anchor
  const noise = asset.shared * marketNoise + Math.sqrt(1 - asset.shared ** 2) * own
  const to = from + sigma * noise + jump - REVERSION * (from - anchor)
  chain.days.push({ from, to, sigma, jump, jumpMinute })
}
