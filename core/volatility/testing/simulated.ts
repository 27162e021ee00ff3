/**
 * Simulated prices whose σ is known: driftless diffusions with the exact extremes of each bar, in a market that never closes.
 * Seeded: the same name gives the same prices.
 */
import { randomStream, uniform } from '../../../simulator/random.ts'
import { missingColumns, State, type CandleColumns } from '../../candle/columns.ts'
import type { MarketId } from '../../market.ts'
import type { Interval } from '../../time/interval.ts'

/**
 * How the variance of a bar comes about. `normal`: always the same. `t4`: so that returns are Student-t with 4 degrees of freedom.
 * `garch`: GARCH(1,1), α 0.1 and β 0.88, with normal shocks; `garch-t6`: with Student-t(6) shocks; `garch-short`: β 0.85.
 */
export const RETURN_KINDS = ['normal', 't4', 'garch', 'garch-short', 'garch-t6'] as const
export type ReturnKind = (typeof RETURN_KINDS)[number]

/** σ of a bar, where it is always the same, and in the long run otherwise. */
export const BAR_SIGMA = 0.01

export interface Simulated {
  readonly columns: CandleColumns
  /** What the variance of each bar was meant to be: of the population, or of GARCH given what had happened before the bar. */
  readonly variance: Float64Array
}

interface Garch {
  readonly alpha: number
  readonly beta: number
  /** Degrees of freedom of the shocks; null = normal. */
  readonly shocks: number | null
}

const GARCH: Partial<Record<ReturnKind, Garch>> = {
  garch: { alpha: 0.1, beta: 0.88, shocks: null },
  'garch-short': { alpha: 0.1, beta: 0.85, shocks: null },
  'garch-t6': { alpha: 0.1, beta: 0.88, shocks: 6 },
}

/** Steps in a bar, each with the exact extremes of its Brownian bridge: only where both extremes lie in one step is anything lost. */
const STEPS = 24
/** Bars before the first one, until a GARCH has forgotten how it began. */
const WARM_UP = 300

/**
 * Bars of a diffusion.
 *
 * @param name of the seed
 */
export function simulated(
  kind: ReturnKind,
  bars: number,
  name: string,
  interval: Interval = '1d',
): Simulated {
  const chance = new Normals(name)
  const columns = missingColumns('csv:SIMULATED' as MarketId, interval, 0, bars, false)
  const variance = new Float64Array(bars)
  const garch = GARCH[kind]
  const longRun = BAR_SIGMA * BAR_SIGMA
  let conditional = longRun
  let log = 0
  for (let bar = garch ? -WARM_UP : 0; bar < bars; bar++) {
    const meant = garch ? conditional : kind === 't4' ? 2 * longRun : longRun
    const own = garch
      ? conditional * mixture(garch.shocks, chance)
      : kind === 't4'
        ? longRun * 2 * mixture(4, chance)
        : longRun
    const move = bar < 0 ? Math.sqrt(own) * chance.next() : writeBar(columns, bar, log, own, chance)
    if (bar >= 0) {
      variance[bar] = meant
      log += move
    }
    if (garch)
      conditional =
        (1 - garch.alpha - garch.beta) * longRun + garch.alpha * move * move + garch.beta * conditional
  }
  return { columns, variance }
}

/**
 * The same minutes with a jump at noon of every day, up and down in turn.
 *
 * @param size in σ of a day
 */
export function withJumps({ columns, variance }: Simulated, size: number): Simulated {
  const jump = size * BAR_SIGMA * Math.sqrt(1440)
  const jumped = (prices: Float64Array) =>
    // From an odd noon to the next even one everything stands higher.
    prices.map((price, minute) => price * Math.exp(jump * (Math.floor((minute + 720) / 1440) % 2)))
  const { open, high, low, close } = columns
  return {
    columns: { ...columns, open: jumped(open), high: jumped(high), low: jumped(low), close: jumped(close) },
    variance,
  }
}

/** A factor of mean 1 that makes a normal shock one of Student's t with so many degrees of freedom. */
function mixture(degrees: number | null, chance: Normals): number {
  if (degrees === null) return 1
  let squares = 0
  for (let i = 0; i < degrees; i++) squares += chance.next() ** 2
  return (degrees - 2) / squares
}

/** Gives the logarithm of close over open. */
function writeBar(
  columns: CandleColumns,
  bar: number,
  from: number,
  variance: number,
  chance: Normals,
): number {
  const step = variance / STEPS
  let [at, high, low] = [0, 0, 0]
  for (let i = 0; i < STEPS; i++) {
    const move = Math.sqrt(step) * chance.next()
    high = Math.max(high, at + bridgeMaximum(move, step, chance))
    low = Math.min(low, at - bridgeMaximum(-move, step, chance))
    at += move
  }
  columns.states[bar] = State.present
  columns.open[bar] = Math.exp(from)
  columns.high[bar] = Math.exp(from + high)
  columns.low[bar] = Math.exp(from + low)
  columns.close[bar] = Math.exp(from + at)
  return at
}

/** The maximum of a Brownian bridge from 0 to `move`: P(max > x) = exp(−2 x (x − move) / variance), x above both ends. */
function bridgeMaximum(move: number, variance: number, chance: Normals): number {
  return (move + Math.sqrt(move * move - 2 * variance * Math.log(1 - chance.uniform()))) / 2
}

/** Standard normal numbers by Marsaglia's polar method. */
class Normals {
  readonly #bits: () => number
  #kept = NaN

  constructor(name: string) {
    this.#bits = randomStream(name)
  }

  /** From 0 to below 1. */
  uniform(): number {
    return uniform(this.#bits)
  }

  next(): number {
    const kept = this.#kept
    this.#kept = NaN
    if (!Number.isNaN(kept)) return kept
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1]
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      this.#kept = y * scale
      return x * scale
    }
  }
}
