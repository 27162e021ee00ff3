/**
 * Estimators and bands of σ on simulated prices whose σ is known: what they promise, measured. The tables of docs/volatility.md.
 */
import { LogColumns } from '../../core/volatility/logs.ts'
import { realisedDays } from '../../core/volatility/realised/days.ts'
import {
  biasOf,
  coverageOf,
  efficiencyOf,
  variances,
  type Estimate,
} from '../../core/volatility/testing/measured.ts'
import {
  BAR_SIGMA,
  RETURN_KINDS,
  simulated,
  withJumps,
  type ReturnKind,
} from '../../core/volatility/testing/simulated.ts'
import { REALISED_ESTIMATORS, type Estimator } from '../../core/volatility/types.ts'
import type { Measurement } from '../measurement.ts'

const PATHS = 20_000
const LONGEST = 90
const WINDOWS = [2, 7, 30, 90]
const OTHERS = ['parkinson', 'garman-klass', 'rogers-satchell', 'gk-yz', 'yang-zhang'] as const

const measured = (name: string, subject: string, value: number, unit: string, n: number): Measurement => ({
  name,
  subject,
  value,
  unit,
  ratio_to: null,
  ratio: null,
  n,
})

const withError = (name: string, subject: string, { value, error }: Estimate, unit: string, n: number) => ({
  ...measured(name, subject, value, unit, n),
  spread: [value - error, value + error] as const,
})

/** Bias and efficiency against close to close, of windows that share no bar; the spread is one standard error. */
export async function efficiency(): Promise<Measurement[]> {
  const paths = simulated('normal', PATHS * LONGEST + 1, 'efficiency of estimators')
  const logs = new LogColumns(paths.columns)
  const ofBars = WINDOWS.flatMap((window) => {
    const close = variances(paths, logs, 'close', window)
    const n = close.length
    const rows = [withError('efficiency', `bias, ${window} bars, close`, biasOf(close), '× σ²', n)]
    for (const estimator of OTHERS) {
      const other = variances(paths, logs, estimator, window)
      rows.push(
        withError('efficiency', `bias, ${window} bars, ${estimator}`, biasOf(other), '× σ²', n),
        withError('efficiency', `${window} bars, ${estimator}`, efficiencyOf(close, other), '× close', n),
      )
    }
    return rows
  })
  return [...ofBars, ...efficiencyOfDays()]
}

/** Of the realised family: each day for itself, beside the square of one return of the day, whose variance is 2 σ⁴. */
function efficiencyOfDays(): Measurement[] {
  const { columns } = simulated('normal', DAYS * 1440, 'efficiency of realised days', '1m')
  const { variance } = realisedDays(columns, '1m')
  const truth = BAR_SIGMA ** 2 * 1440
  return REALISED_ESTIMATORS.flatMap((estimator) => {
    const found = variance[estimator].map((one) => one / truth)
    const bias = biasOf(found)
    const value = 2 / (bias.error ** 2 * DAYS)
    // Of a variance of so many nearly normal values.
    const error = value * Math.sqrt(2 / DAYS)
    return [
      withError('efficiency', `bias, 1 day of minutes, ${estimator}`, bias, '× σ²', DAYS),
      withError('efficiency', `1 day of minutes, ${estimator}`, { value, error }, '× close', DAYS),
    ]
  })
}

/** Days of minutes without and with a jump at noon, of so many σ of a day. */
const DAYS = 2_000
const JUMPS = [0, 0.2, 0.3, 0.5, 1]
/** The critical values of the standard normal distribution. */
const LEVELS = [
  { percent: 5, critical: 1.6448536269514722 },
  { percent: 1, critical: 2.3263478740408408 },
  { percent: 0.1, critical: 3.090232306167813 },
] as const

/** How often the jump test finds a jump: none is there (its size), or one (its power). */
export async function jumps(): Promise<Measurement[]> {
  return (['normal', 'garch'] as const).flatMap((kind) =>
    JUMPS.flatMap((jump) => {
      const { columns } = withJumps(simulated(kind, DAYS * 1440, `jumps in ${kind}`, '1m'), jump)
      const { jumpStatistic } = realisedDays(columns, '1m')
      return LEVELS.map(({ percent, critical }) => {
        const share = jumpStatistic.filter((statistic) => statistic > critical).length / DAYS
        const error = Math.sqrt((share * (1 - share)) / DAYS)
        const subject = `${kind} minutes, jump of ${jump} σ of a day, tested at ${percent} %`
        return withError('jumps', subject, { value: share * 100, error: error * 100 }, '%', DAYS)
      })
    }),
  )
}

const BANDED: readonly Estimator[] = [
  'close',
  'parkinson',
  'garman-klass',
  'rogers-satchell',
  'yang-zhang',
  'ewma',
]

/** How often the bands hold the truth; the spread is one standard error. */
export async function coverage(): Promise<Measurement[]> {
  return [14, 30, 90, 365].flatMap((window) =>
    RETURN_KINDS.flatMap((kind) => coverageOfKind(kind, window, window > 100 ? 1_000 : 4_000)),
  )
}

function coverageOfKind(kind: ReturnKind, window: number, windows: number): Measurement[] {
  const paths = simulated(kind, (windows + 1) * window + 1, `coverage of ${kind} in ${window}`)
  const logs = new LogColumns(paths.columns)
  const rows = (estimator: Estimator, band: 'bootstrap' | 'normal') => {
    const { value, error, width, windows: n } = coverageOf(paths, logs, { estimator, window, band })
    const subject = `${band}, ${window} bars, ${kind}, ${estimator}`
    return [
      withError('coverage', subject, { value: value * 100, error: error * 100 }, '%', n),
      measured('coverage', `${subject}, high over low`, width, '×', n),
    ]
  }
  return [...BANDED.flatMap((estimator) => rows(estimator, 'bootstrap')), ...rows('close', 'normal')]
}
