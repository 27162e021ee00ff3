/**
 * σ as other tools print it: the same bars by the mistakes that are seen in the wild, beside ours. For comparison only;
 * nothing else is computed by anything in this file.
 */
import { isMissing, State, type CandleColumns } from '../candle/columns.ts'
import { RollingDeviations } from './deviations.ts'
import { knownSpan } from './entering.ts'
import { LogColumns } from './logs.ts'
import { RollingSum } from './rolling.ts'
import { seriesOf } from './series.ts'
import { enteringOf, squaresOf } from './terms.ts'
import type { Estimator, VolatilityRequest, VolatilitySeries } from './types.ts'
import { volatility } from './volatility.ts'
import type { Factor, Part, Windows } from './windows.ts'
import { moveShare } from './yang-zhang.ts'

const MISTAKES = [
  '252-days',
  'divided-by-n',
  'not-demeaned',
  'closes-counted',
  'simple-returns',
  'close-squares',
  'k-of-one',
  'divided-by-n-minus-one',
  'forward-filled',
] as const

export type Mistake = (typeof MISTAKES)[number]

/** What a mistake makes of σ. */
export interface Misprint {
  readonly mistake: Mistake
  /** The newest σ by it; NaN where it prints none. */
  readonly sigma: number
  /** Against ours, as a fraction of it: −0.169 for 16.9 % too low; NaN where one of the two is not available. */
  readonly difference: number
  /** The least and the largest of the differences over the whole series; NaN where there is none. */
  readonly least: number
  readonly most: number
}

/** The mistakes that can be made with an estimator. */
export function mistakesWith({ estimator, window, mean, barsPerYear }: VolatilityRequest): Mistake[] {
  const applies: Readonly<Record<Mistake, boolean>> = {
    '252-days': barsPerYear !== null,
    'divided-by-n': demeans(estimator) && (estimator !== 'close' || mean === 'sample'),
    'not-demeaned': demeans(estimator) && (estimator !== 'close' || mean === 'sample'),
    // Of two closes there is one return, and no deviation.
    'closes-counted': estimator === 'close' && window > 2,
    'simple-returns': estimator === 'close',
    'close-squares': estimator === 'yang-zhang',
    'k-of-one': estimator === 'yang-zhang',
    'divided-by-n-minus-one': estimator === 'rogers-satchell',
    'forward-filled': true,
  }
  return MISTAKES.filter((mistake) => applies[mistake])
}

const demeans = (estimator: Estimator) => estimator === 'close' || estimator === 'yang-zhang'

/**
 * The newest σ by every mistake that can be made with its estimator, the one that changes it most first; one that prints
 * a value where there is none comes last.
 *
 * @param ours the series of the request
 */
export function misprints(logs: LogColumns, ours: VolatilitySeries): readonly Misprint[] {
  return mistakesWith(ours.request)
    .map((mistake): Misprint => {
      const { sigma } = mistaken(logs, ours, mistake)
      const newest = ours.endPlace - 1
      const printed = { mistake, sigma: sigma[newest] ?? NaN, difference: NaN, least: NaN, most: NaN }
      for (let place = 0; place < ours.endPlace; place++) {
        const difference = differenceOf(sigma[place]!, ours.sigma[place]!)
        if (Number.isNaN(difference)) continue
        if (!(printed.least <= difference)) printed.least = difference
        if (!(printed.most >= difference)) printed.most = difference
      }
      printed.difference = differenceOf(printed.sigma, ours.sigma[newest] ?? NaN)
      return printed
    })
    .sort((a, b) => size(b) - size(a))
}

const size = ({ difference }: Misprint): number => (Number.isNaN(difference) ? -1 : Math.abs(difference))

/** Of two flat windows 0; against a flat window of ours no share can be told. */
function differenceOf(sigma: number, ours: number): number {
  if (ours === 0) return sigma === 0 ? 0 : NaN
  return sigma === ours ? 0 : sigma / ours - 1
}

/** The series by one mistake, on the grid of ours. */
export function mistaken(logs: LogColumns, ours: VolatilitySeries, mistake: Mistake): VolatilitySeries {
  const { request } = ours
  switch (mistake) {
    case '252-days':
      return scaled(ours, () => 252 / 365)
    case 'divided-by-n':
      if (request.estimator === 'close') return scaled(ours, (n) => (n - 1) / n)
      return seriesOf(logs, request, (windows) => yangZhangBy(logs, windows, { divisor: (n) => n }))
    case 'divided-by-n-minus-one':
      return scaled(ours, (n) => n / (n - 1))
    case 'not-demeaned':
      if (request.estimator === 'close') return volatility(logs.columns, { ...request, mean: 'zero' }, logs)
      return seriesOf(logs, request, (windows) => yangZhangBy(logs, windows, { demeaned: false }))
    case 'closes-counted':
      return volatility(logs.columns, { ...request, window: request.window - 1 }, logs)
    case 'simple-returns':
      return seriesOf(logs, request, (windows) => [simpleReturns(logs, windows, request)])
    case 'close-squares':
      return seriesOf(logs, request, (windows) => yangZhangBy(logs, windows, { moves: logs.links().return }))
    case 'k-of-one':
      return seriesOf(logs, request, (windows) =>
        yangZhangBy(logs, windows, { share: (n) => 0.34 / (1 + (n + 1) / (n - 1)) }),
      )
    case 'forward-filled':
      return forwardFilled(logs, ours)
  }
}

/** Ours with its variance times a factor of the bars that entered. */
function scaled(ours: VolatilitySeries, factor: Factor): VolatilitySeries {
  const { sigma, bars } = ours
  return { ...ours, sigma: sigma.map((value, place) => value * Math.sqrt(factor(bars[place]!))) }
}

/** As `closeToClose`, of P_t / P_{t−1} − 1. */
function simpleReturns(logs: LogColumns, windows: Windows, { mean }: VolatilityRequest): Part {
  const simple = logs.links().return.map(Math.expm1)
  return mean === 'zero'
    ? new RollingSum(squaresOf(simple), windows, (n) => 1 / n)
    : new RollingDeviations(simple, windows, (n) => 1 / (n - 1))
}

/** Yang and Zhang's formula (`yang-zhang.ts`) with a part of it taken for another. */
function yangZhangBy(
  logs: LogColumns,
  windows: Windows,
  {
    share = moveShare,
    divisor = (n) => n - 1,
    demeaned = true,
    moves = logs.bars().body,
  }: {
    readonly share?: Factor
    readonly divisor?: Factor
    readonly demeaned?: boolean
    /** What stands where close − open belongs. */
    readonly moves?: Float64Array
  },
): readonly Part[] {
  const { rogersSatchell } = logs.bars()
  const spread = (values: Float64Array, factor: Factor): Part =>
    demeaned
      ? new RollingDeviations(values, windows, factor)
      : new RollingSum(
          enteringOf(
            values.map((x) => x * x),
            windows.enters,
          ),
          windows,
          factor,
        )
  return [
    spread(logs.links().jump, (n) => 1 / divisor(n)),
    spread(moves, (n) => share(n) / divisor(n)),
    new RollingSum(enteringOf(rogersSatchell, windows.enters), windows, (n) => (1 - share(n)) / n),
  ]
}

/** Every missing place a flat bar at the last close before it: no return there, and all of the gap's in the one after it. */
function forwardFilled(logs: LogColumns, ours: VolatilitySeries): VolatilitySeries {
  const { columns } = logs
  const { first, end } = knownSpan(columns)
  const states = columns.states.slice()
  let filled = false
  for (let place = first; place < end; place++) {
    if (!isMissing(states[place]!)) continue
    states[place] = State.empty
    filled = true
  }
  if (!filled) return ours
  const whole: CandleColumns = { ...columns, states }
  return volatility(whole, ours.request, new LogColumns(whole))
}
