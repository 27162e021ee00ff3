/** What happens in the world of a seed, and when: drawn from the seed alone. */
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo, HOUR_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { SimulationOptions } from '../../simulator/market.ts'
import { answerRules } from './answer-rules.ts'
import type { FaultRule } from '../../simulator/faults.ts'
import { Chance } from './chance.ts'
import { CUTS, type Cut } from './network.ts'

/** What is done to the program, its database or its clock, or by its owner. */
export type Happening = { readonly atMs: number } &
  /** Killed at one of its next writes, whichever comes within so long; begun again by `start`. */
  (
    | { readonly kind: 'crash'; readonly afterWrites: number; readonly withinMs: number }
    | { readonly kind: 'stop' }
    | { readonly kind: 'start' }
    /** So little room is on the disk; null for enough. */
    | { readonly kind: 'room'; readonly bytes: number | null }
    | { readonly kind: 'gone'; readonly isGone: boolean }
    | { readonly kind: 'slow'; readonly ms: number }
    | { readonly kind: 'refuse'; readonly afterStatements: number }
    /** The engine fails at a write, or the server drops all connections. */
    | { readonly kind: 'break' }
    | { readonly kind: 'clock'; readonly aheadMs: number }
    | { readonly kind: 'unread'; readonly market: MarketId; readonly sinceMs: number }
    | { readonly kind: 'add'; readonly market: MarketId }
    /** From here on the market is not traded under this name any more. */
    | { readonly kind: 'ended'; readonly market: MarketId }
  )

/** A span without a way to the exchange. */
interface CutSpan {
  readonly fromMs: number
  readonly toMs: number
  readonly cut: Cut
}

export interface Plan {
  readonly world: SimulationOptions & { readonly sinceMs: number }
  /** Followed from the first start on. */
  readonly markets: readonly MarketId[]
  readonly minuteDays: number
  readonly rules: readonly FaultRule[]
  readonly cuts: readonly CutSpan[]
  /** In order of time. */
  readonly happenings: readonly Happening[]
}

const BUSY = ['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD', 'DOGE-USD', 'BTC-EUR']
const QUIET = ['ADA-USD', 'LINK-USD', 'LTC-USD', 'ETH-EUR', 'SHIB-USD', 'PEPE-USD']

/** When a seed begins: half of them shortly before a month or a year ends, since that is when most is sealed. */
export function startOf(seed: number): number {
  const chance = new Chance(`${seed}/start`)
  const year = 2025 + chance.whole(0, 1)
  const month = chance.whole(0, 11)
  const day = chance.is(0.5) ? chance.whole(1, 25) : chance.whole(28, 31)
  const isNewYear = chance.is(0.1)
  return Date.UTC(year, isNewYear ? 11 : month, isNewYear ? 29 : day) + Math.floor(chance.between(0, DAY_MS))
}

export function createPlan(seed: number, startMs: number, hours: number): Plan {
  const chance = new Chance(`${seed}/plan`)
  const endMs = startMs + hours * HOUR_MS
  const historyDays = chance.between(0.5, 4)
  const sinceMs = floorTo('1h', startMs - historyDays * DAY_MS)
  const quiet = chance.some(QUIET, 1, 2)
  const ending = chance.is(0.4) ? chance.one(BUSY) : null
  const others = chance.some(
    BUSY.filter((id) => id !== ending),
    3 - quiet.length,
    3 - quiet.length,
  )
  const products = [...quiet, ...others, ...(ending ? [ending] : [])]
  const happenings: Happening[] = lives(chance, startMs, endMs)
  const ends = ending ? [endOf(chance, ending, startMs, endMs)] : []
  for (const { product, atMs, renamedTo } of ends) {
    happenings.push({ atMs, kind: 'ended', market: marketOf(product) })
    if (renamedTo)
      happenings.push({
        atMs: atMs + chance.between(0, 2 * HOUR_MS),
        kind: 'add',
        market: marketOf(renamedTo),
      })
  }
  const lateTrades = [...quiet, ...others].flatMap((product) =>
    lateTradesOf(chance, product, startMs, endMs, happenings),
  )
  return {
    world: {
      seed: String(seed),
      sinceMs,
      halts: haltsOf(chance, products, sinceMs, endMs),
      lateTrades,
      ends,
    },
    markets: products.map(marketOf),
    minuteDays: Math.ceil(historyDays + hours / 24) + 3,
    rules: answerRules(
      seed,
      chance,
      hours,
      happenings.filter(({ kind }) => kind === 'start').map(({ atMs }) => (atMs - startMs) / 1000),
    ),
    cuts: Array.from({ length: chance.whole(0, 3) }, () => {
      const fromMs = chance.between(startMs, endMs)
      return {
        fromMs,
        toMs: Math.min(endMs, fromMs + chance.length(MINUTE_MS, 6 * HOUR_MS)),
        cut: chance.one(CUTS),
      }
    }),
    happenings: happenings.filter(({ atMs }) => atMs < endMs).sort((a, b) => a.atMs - b.atMs),
  }
}

function marketOf(product: string): MarketId {
  return parseMarketId(`coinbase:${product}`).id
}

/** The program runs for a while and is away for longer; what it missed is backfill. */
function lives(chance: Chance, startMs: number, endMs: number): Happening[] {
  const happenings: Happening[] = []
  let atMs = startMs
  while (atMs < endMs) {
    const downMs = atMs + chance.length(10 * MINUTE_MS, 3 * HOUR_MS)
    happenings.push(...troubles(chance, atMs, downMs))
    if (chance.is(0.3)) happenings.push({ atMs: downMs, kind: 'stop' })
    else happenings.push(crash(chance, downMs))
    atMs =
      downMs +
      (chance.is(0.3) ? chance.length(11 * MINUTE_MS, HOUR_MS) : chance.length(HOUR_MS, 16 * HOUR_MS))
    happenings.push({ atMs, kind: 'start' })
  }
  return happenings
}

function crash(chance: Chance, atMs: number): Happening {
  return { atMs, kind: 'crash', afterWrites: chance.whole(0, 120), withinMs: 10 * MINUTE_MS }
}

/** What goes wrong while the program runs. */
function troubles(chance: Chance, fromMs: number, toMs: number): Happening[] {
  const at = () => chance.between(fromMs, toMs)
  const span = (shortestMs: number, longestMs: number) => {
    const beginMs = at()
    return [beginMs, beginMs + chance.length(shortestMs, longestMs)] as const
  }
  const happenings: Happening[] = []
  const sometimes = (share: number, make: () => readonly Happening[]) => {
    if (chance.is(share)) happenings.push(...make())
  }
  sometimes(0.4, () => {
    const killed = crash(chance, at())
    return [killed, { atMs: killed.atMs + 10 * MINUTE_MS + chance.between(100, 90_000), kind: 'start' }]
  })
  sometimes(0.25, () => {
    const [beginMs, overMs] = span(MINUTE_MS, 2 * HOUR_MS)
    return [
      { atMs: beginMs, kind: 'room', bytes: chance.whole(0, 20_000_000) },
      { atMs: overMs, kind: 'room', bytes: null },
    ]
  })
  sometimes(0.3, () => {
    const [beginMs, overMs] = span(5000, HOUR_MS)
    return [
      { atMs: beginMs, kind: 'gone', isGone: true },
      { atMs: overMs, kind: 'gone', isGone: false },
    ]
  })
  sometimes(0.3, () => {
    const [beginMs, overMs] = span(MINUTE_MS, 5 * MINUTE_MS)
    return [
      { atMs: beginMs, kind: 'slow', ms: chance.whole(200, 8000) },
      { atMs: overMs, kind: 'slow', ms: 0 },
    ]
  })
  sometimes(0.5, () =>
    Array.from({ length: chance.whole(1, 4) }, () => ({
      atMs: at(),
      kind: 'refuse' as const,
      afterStatements: chance.whole(0, 40),
    })),
  )
  sometimes(0.2, () => [{ atMs: at(), kind: 'break' }])
  sometimes(0.3, () => {
    const [beginMs, overMs] = span(MINUTE_MS, 2 * HOUR_MS)
    const farMs = chance.length(20_000, 3 * DAY_MS)
    return [
      { atMs: beginMs, kind: 'clock', aheadMs: Math.round(chance.is(0.5) ? farMs : -farMs) },
      { atMs: overMs, kind: 'clock', aheadMs: 0 },
    ]
  })
  return happenings
}

function endOf(chance: Chance, product: string, startMs: number, endMs: number) {
  const renamedTo = chance.is(0.5) ? `NEW${product}` : null
  const listed = chance.is(0.5) ? ('no' as const) : ('as delisted' as const)
  // On a full minute, as all of its candles are.
  const atMs = floorTo('1h', chance.between(startMs, endMs)) + 17 * MINUTE_MS
  return { product, atMs, renamedTo, listed: renamedTo ? ('no' as const) : listed }
}

function haltsOf(chance: Chance, products: readonly string[], fromMs: number, toMs: number) {
  const halt = (product: string | null) => {
    const beginMs = floorTo('1m', chance.between(fromMs + DAY_MS / 4, toMs))
    return { product, fromMs: beginMs, toMs: beginMs + Math.ceil(chance.length(1, 600)) * MINUTE_MS }
  }
  return [
    ...Array.from({ length: chance.whole(0, 3) }, () => halt(null)),
    ...Array.from({ length: chance.whole(0, 4) }, () => halt(chance.one(products))),
  ]
}

/** Most of them while the candle settles, as sources do; a few long after, which the owner then has read again. */
function lateTradesOf(
  chance: Chance,
  product: string,
  startMs: number,
  endMs: number,
  happenings: Happening[],
) {
  const trades = Array.from({ length: chance.whole(5, 40) }, () => {
    const atMs = Math.floor(chance.between(startMs - HOUR_MS, endMs - HOUR_MS))
    const closedMs = floorTo('1m', atMs) + MINUTE_MS
    return {
      product,
      atMs,
      knownMs: closedMs + chance.between(0, 9.5 * MINUTE_MS),
      amount: chance.whole(1, 5000),
    }
  })
  if (!chance.is(0.5)) return trades
  const atMs = Math.floor(chance.between(startMs - DAY_MS / 2, endMs - 20 * HOUR_MS))
  const knownMs = atMs + chance.between(3 * HOUR_MS, 10 * HOUR_MS)
  happenings.push({
    atMs: knownMs + chance.between(0, 2 * HOUR_MS),
    kind: 'unread',
    market: marketOf(product),
    sinceMs: atMs,
  })
  return [...trades, { product, atMs, knownMs, amount: chance.whole(1, 5000) }]
}
