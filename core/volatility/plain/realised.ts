/**
 * Plain twins of the realised family: the returns of each grid as a list, each measure straight from its formula. Slow; for
 * tests and golden vectors only.
 */
import { State, type CandleColumns } from '../../candle/columns.ts'
import { DAY_MS, INTERVAL_MS } from '../../time/interval.ts'
import type { RealisedEstimator } from '../types.ts'
import { ln, mean, sum } from './sums.ts'

/** One UTC day; null measures where fewer than 80 % of its returns are there. */
export interface PlainDay {
  readonly startMs: number
  readonly present: number
  readonly expected: number
  readonly measures: PlainMeasures | null
}

interface PlainMeasures extends Readonly<Record<RealisedEstimator, number>> {
  readonly down: number
  readonly up: number
  readonly jumpShare: number
  readonly jumpStatistic: number
}

/** Every day from the first known bar to the last. */
export function plainDays(columns: CandleColumns): readonly PlainDay[] {
  const step = INTERVAL_MS[columns.interval]
  const grids = (5 * INTERVAL_MS['1m']) / step
  const closes = closesOf(columns)
  const known = [...columns.states].map((state) => state === State.present || state === State.empty)
  if (!known.includes(true)) return []
  const dayOf = (place: number) => Math.floor((columns.startMs + place * step) / DAY_MS) * DAY_MS
  const days: PlainDay[] = []
  const last = dayOf(known.lastIndexOf(true))
  for (let startMs = dayOf(known.indexOf(true)); startMs <= last; startMs += DAY_MS) {
    const from = (startMs - columns.startMs) / step
    const ofGrids = Array.from({ length: grids }, (_, grid) =>
      Array.from({ length: 288 }, (_, i) => returnEndingAt(closes, from + i * grids + grid, grids)),
    )
    const present = ofGrids.flat().filter((r) => r !== null).length
    const expected = 288 * grids
    days.push({ startMs, present, expected, measures: present < 0.8 * expected ? null : measures(ofGrids) })
  }
  return days
}

/** Over 5 minutes; null where one of the closes between is unknown. */
function returnEndingAt(closes: readonly (number | null)[], place: number, bars: number): number | null {
  for (let i = place - bars; i <= place; i++) if ((closes[i] ?? null) === null) return null
  return ln(closes[place]!, closes[place - bars]!)
}

/** The close of each bar; of an empty one that before it, null where that is unknown. Samples of a price are not known. */
function closesOf({ states, close, samples, length }: CandleColumns): readonly (number | null)[] {
  const closes: (number | null)[] = []
  for (let place = 0; place < length; place++) {
    if (states[place] === State.present) closes.push(samples && samples[place]! > 0 ? null : close[place]!)
    else closes.push(states[place] === State.empty ? (closes[place - 1] ?? null) : null)
  }
  return closes
}

function measures(grids: readonly (readonly (number | null)[])[]): PlainMeasures {
  const sizes = grids.map((grid) => grid.map((r) => r && Math.abs(r)))
  const realized = mean(grids.map((grid) => scaled(grid.map((r) => r && r ** 2))))
  const bipower = mean(sizes.map(bipowerOf))
  return {
    realized,
    bipower,
    'med-rv': mean(
      sizes.map(
        (grid) =>
          (Math.PI / (6 - 4 * Math.sqrt(3) + Math.PI)) *
          scaled(runsOf(grid, 3).map((three) => three && [...three].sort((a, b) => a - b)[1]! ** 2)),
      ),
    ),
    down: mean(grids.map((grid) => scaled(grid.map((r) => r && (r < 0 ? r ** 2 : 0))))),
    up: mean(grids.map((grid) => scaled(grid.map((r) => r && (r > 0 ? r ** 2 : 0))))),
    jumpShare: realized === 0 ? 0 : Math.max(0, realized - bipower) / realized,
    jumpStatistic: jumpStatistic(sizes.at(-1)!),
  }
}

const bipowerOf = (sizes: readonly (number | null)[]): number =>
  (Math.PI / 2) * scaled(runsOf(sizes, 2).map((two) => two && two[0]! * two[1]!))

/** Huang & Tauchen's ratio statistic with the tri-power quarticity, on one grid. */
function jumpStatistic(sizes: readonly (number | null)[]): number {
  const realized = scaled(sizes.map((size) => size && size ** 2))
  if (realized === 0) return 0
  const bipower = bipowerOf(sizes)
  // E|Z|^(4/3) of a standard normal.
  const mu = 0.8308609250295592
  const quarticity =
    mu ** -3 *
    288 *
    scaled(
      runsOf(sizes, 3).map((three) => three && three.reduce((product, size) => product * size ** (4 / 3), 1)),
    )
  const m = sizes.filter((size) => size !== null).length
  const ratio = bipower === 0 ? 1 : Math.max(1, quarticity / bipower ** 2)
  const variance = (((Math.PI / 2) ** 2 + Math.PI - 5) / m) * ratio
  return (realized - bipower) / realized / Math.sqrt(variance)
}

/** Neighbours that are all there; null where one of them is not. */
function runsOf(values: readonly (number | null)[], size: number): readonly (readonly number[] | null)[] {
  return values.slice(size - 1).map((_, i) => {
    const run = values.slice(i, i + size)
    return run.includes(null) ? null : (run as number[])
  })
}

/** The mean of the terms that are there, times the returns of a day. */
function scaled(terms: readonly (number | null)[]): number {
  const there = terms.filter((term) => term !== null)
  return (sum(there) * 288) / there.length
}

/** σ over the last `window` days, as `volatility` gives it; NaN where fewer than `fewest` of them entered. */
export function plainRealised(
  days: readonly PlainDay[],
  estimator: RealisedEstimator,
  { window, fewest, daysPerYear }: { window: number; fewest: number; daysPerYear: number },
): readonly { readonly sigma: number; readonly bars: number }[] {
  return days.slice(window - 1).map((_, i) => {
    const entered = days
      .slice(i, i + window)
      .flatMap(({ measures }) => (measures ? [measures[estimator]] : []))
    const sigma = entered.length < fewest ? NaN : Math.sqrt(daysPerYear * mean(entered))
    return { sigma, bars: entered.length }
  })
}
