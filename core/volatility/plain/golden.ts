/**
 * Golden vectors: small seeded series, and what the plain twins compute of them, as the files in `golden/` hold them. Other
 * programs, in any language, can be held against them (`golden/README.md`).
 */
import { State, type CandleColumns } from '../../candle/columns.ts'
import type { Interval } from '../../time/interval.ts'
import { isoSeconds } from '../../time/iso.ts'
import { hostileSeries, type Recipe } from '../testing/hostile.ts'
import {
  BAR_ESTIMATORS,
  REALISED_ESTIMATORS,
  type BarEstimator,
  type Mean,
  type RealisedEstimator,
} from '../types.ts'
import { plainSeries } from './bars.ts'
import { plainDays, plainRealised } from './realised.ts'

/** Of a place: its prices, or that nothing was traded (`empty`) or is known (null). */
export type GoldenBar = readonly [open: number, high: number, low: number, close: number] | 'empty' | null
/** The same where only closes matter. */
export type GoldenClose = number | 'empty' | null

/** σ at each place from `first_place` on; null = not available. `n` counts the bars (or days) that entered. */
export interface GoldenSigma<Name> {
  readonly estimator: Name
  readonly window: number
  readonly mean: Mean
  readonly min_coverage: number
  readonly bars_per_year: number | null
  readonly first_place: number
  readonly sigma: readonly (number | null)[]
  readonly n: readonly number[]
}

export interface GoldenBars {
  readonly about: string
  readonly interval: Interval
  readonly start: string
  readonly bars: readonly GoldenBar[]
  readonly results: readonly GoldenSigma<BarEstimator>[]
}

export interface GoldenDays {
  readonly about: string
  readonly interval: '1m' | '5m'
  readonly start: string
  readonly closes: readonly GoldenClose[]
  readonly days: readonly GoldenDay[]
  readonly results: readonly GoldenSigma<RealisedEstimator>[]
}

type GoldenMeasure = RealisedEstimator | 'down' | 'up' | 'jump_share' | 'jump_statistic'

/** Variances of one UTC day; null where too few of its 5-minute returns are there. */
interface GoldenDay {
  readonly start: string
  readonly returns: number
  readonly expected: number
  readonly measures: Readonly<Record<GoldenMeasure, number>> | null
}

const START_MS = Date.UTC(2024, 0, 1)
const USUAL: Recipe = {
  seed: 1,
  length: 60,
  price: 60_000,
  step: 0.02,
  tick: 0.01,
  missing: 0,
  empty: 0,
  halted: 0,
  badTicks: 0,
}

/** The files by name. */
export function goldenBars(): Readonly<Record<string, GoldenBars>> {
  const hours = (about: string, recipe: Partial<Recipe>, change?: (columns: CandleColumns) => void) =>
    barsFile(about, cleaned({ ...USUAL, ...recipe }, '1h', START_MS, change))
  return {
    ordinary: hours('an ordinary series, whole', {}),
    gaps: hours('a fifth of the places missing: no return crosses them', { seed: 2, missing: 0.2 }),
    empty: hours('a third of the places without a trade: flat bars at the close before', {
      seed: 3,
      empty: 0.33,
    }),
    'gaps-and-empty': hours('both, so that empty places follow missing ones', {
      seed: 4,
      missing: 0.15,
      empty: 0.25,
    }),
    tiny: hours('prices of 3e-6 with a tick of 1e-9', { seed: 5, price: 3e-6, tick: 1e-9 }),
    huge: hours('prices of 1e9 with moves of 1e-6', { seed: 6, price: 1e9, step: 1e-6 }),
    flat: hours('a market that stands still from the 20th bar on: exactly 0', { seed: 7 }, (columns) => {
      for (const name of ['open', 'high', 'low', 'close'] as const) columns[name].fill(columns.close[19]!, 20)
    }),
    'bad-tick': hours(
      'one close 10,000 times too high, which leaves no trace behind its window',
      { seed: 8 },
      (columns) => {
        columns.close[25]! *= 1e4
        columns.high[25] = columns.close[25]!
      },
    ),
  }
}

export function goldenDays(): Readonly<Record<string, GoldenDays>> {
  const minute = 7e-4
  const minutes = { ...USUAL, length: 3 * 1440 + 600, step: minute }
  return {
    'minutes-gaps': daysFile(
      'minutes from 14:00 on with gaps and places without a trade; the first and the third day are too thin',
      cleaned(
        { ...minutes, seed: 11, missing: 0.002, empty: 0.05 },
        '1m',
        START_MS + 14 * 3_600_000,
        (columns) => {
          columns.states.fill(State.missing, 600 + 1440 + 700, 600 + 1440 + 1100)
        },
      ),
    ),
    'fives-jump': daysFile(
      'bars of 5 minutes, one grid; the third day has a jump of 4 %',
      cleaned({ ...USUAL, seed: 12, length: 4 * 288, step: 2.5 * minute }, '5m', START_MS, (columns) => {
        for (let i = 2 * 288 + 150; i < columns.length; i++) columns.close[i]! *= 1.04
      }),
    ),
    'fives-tiny-and-flat': daysFile(
      'prices of 2e-7; the last two days stand still: exactly 0',
      cleaned(
        { ...USUAL, seed: 13, length: 4 * 288, price: 2e-7, tick: 1e-11, step: minute },
        '5m',
        START_MS,
        (columns) => {
          columns.close.fill(columns.close[2 * 288 - 1]!, 2 * 288)
        },
      ),
    ),
  }
}

/** Prices as short decimals, so that every language reads the same ones. */
function cleaned(
  recipe: Recipe,
  interval: Interval,
  startMs: number,
  change: (columns: CandleColumns) => void = () => undefined,
): CandleColumns {
  const columns = { ...hostileSeries(recipe, interval), startMs }
  change(columns)
  for (const name of ['open', 'high', 'low', 'close'] as const)
    columns[name].forEach((price, i) => (columns[name][i] = Number(price.toPrecision(10))))
  return columns
}

function barsFile(about: string, columns: CandleColumns): GoldenBars {
  const { open, high, low, close } = columns
  const results = BAR_ESTIMATORS.flatMap((estimator) =>
    (estimator === 'close' ? (['sample', 'zero'] as const) : (['sample'] as const)).flatMap((mean) =>
      [5, 20].map((window) => {
        const request = { estimator, window, mean, barsPerYear: 8760, minCoverage: 0.5 }
        const points = plainSeries(columns, request)
        const first = points.findIndex((point) => point !== null)
        const known = points.filter((point) => point !== null)
        return resultOf(request, first, known)
      }),
    ),
  )
  return {
    about,
    interval: columns.interval,
    start: isoSeconds(columns.startMs),
    bars: placesOf(columns, (i) => [open[i]!, high[i]!, low[i]!, close[i]!]),
    results,
  }
}

function daysFile(about: string, columns: CandleColumns): GoldenDays {
  const days = plainDays(columns)
  const results = REALISED_ESTIMATORS.map((estimator) => {
    const window = 2
    const request = { estimator, window, mean: 'zero', barsPerYear: 365, minCoverage: 0.5 } as const
    return resultOf(
      request,
      window - 1,
      plainRealised(days, estimator, { window, fewest: 2, daysPerYear: 365 }),
    )
  })
  return {
    about,
    interval: columns.interval as GoldenDays['interval'],
    start: isoSeconds(columns.startMs),
    closes: placesOf(columns, (i) => columns.close[i]!),
    days: days.map(({ startMs, present, expected, measures }) => ({
      start: isoSeconds(startMs),
      returns: present,
      expected,
      measures: measures && {
        realized: measures.realized,
        bipower: measures.bipower,
        'med-rv': measures['med-rv'],
        down: measures.down,
        up: measures.up,
        jump_share: measures.jumpShare,
        jump_statistic: measures.jumpStatistic,
      },
    })),
    results,
  }
}

interface Asked<Name> {
  readonly estimator: Name
  readonly window: number
  readonly mean: Mean
  readonly barsPerYear: number
  readonly minCoverage: number
}

function resultOf<Name>(
  { estimator, window, mean, barsPerYear, minCoverage }: Asked<Name>,
  first: number,
  points: readonly { readonly sigma: number; readonly bars: number }[],
): GoldenSigma<Name> {
  return {
    estimator,
    window,
    mean,
    min_coverage: minCoverage,
    bars_per_year: barsPerYear,
    first_place: first,
    sigma: points.map(({ sigma }) => (Number.isNaN(sigma) ? null : sigma)),
    n: points.map(({ bars }) => bars),
  }
}

function placesOf<Place>({ states }: CandleColumns, present: (place: number) => Place) {
  return Array.from(states, (state, place) => {
    if (state === State.present) return present(place)
    return state === State.empty ? ('empty' as const) : null
  })
}
