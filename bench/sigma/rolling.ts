/**
 * Rolling standard deviation of returns, beside what npm offers for it: a day of minutes over a year for those that are
 * linear, over a week for those that go through each window again.
 */
import { missingColumns, State, type CandleColumns } from '../../core/candle/columns.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { volatility } from '../../core/volatility/volatility.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed } from '../paired.ts'
import { WINDOW, yearColumns } from './year.ts'

const WEEK = 7 * 24 * 60
const OURS = 'core/volatility, close'

interface Ixjb94 {
  IndicatorsSync: new () => { stddev(values: readonly number[], period: number): number[] }
}
interface Stdlib {
  default(window: number): (value: number) => number
}
interface Indicatorts {
  movingStandardDeviation(values: readonly number[], options: { period: number }): number[]
}
interface TechnicalIndicators {
  SD: { calculate(input: { period: number; values: readonly number[] }): number[] }
}

/** Not a literal, so that the compiler does not look for a package that is installed elsewhere. */
const load = (name: string): Promise<unknown> => import(name)

export async function rolling(): Promise<Measurement[]> {
  const { IndicatorsSync } = (await load('@ixjb94/indicators')) as Ixjb94
  const { default: movingDeviation } = (await load('@stdlib/stats-incr-mstdev')) as Stdlib
  const { movingStandardDeviation } = (await load('indicatorts')) as Indicatorts
  const { SD } = (await load('technicalindicators')) as TechnicalIndicators
  const indicators = new IndicatorsSync()
  const year = returnsOf(yearColumns())
  const week = returnsOf(firstPlaces(yearColumns(), WEEK))
  const linear = await pairedRounds({
    [OURS]: () => timed(() => ours(year)),
    '@ixjb94/indicators': () => timed(() => indicators.stddev(year.values, WINDOW)),
    '@stdlib/stats-incr-mstdev': () =>
      timed(() => {
        const next = movingDeviation(WINDOW)
        return year.values.map((value) => next(value))
      }),
  })
  const quadratic = await pairedRounds({
    [OURS]: () => timed(() => ours(week)),
    indicatorts: () => timed(() => movingStandardDeviation(week.values, { period: WINDOW })),
    technicalindicators: () => timed(() => SD.calculate({ period: WINDOW, values: week.values })),
  })
  const comparison = { name: 'rolling', unit: 'ms', against: OURS } as const
  return [
    ...compared({ ...comparison, label: 'a year', n: year.values.length }, linear),
    ...compared({ ...comparison, label: 'a week', n: week.values.length }, quadratic),
  ]
}

interface Returns {
  readonly columns: CandleColumns
  readonly logs: LogColumns
  /** As the libraries take them. */
  readonly values: readonly number[]
}

/** Returns at hand for everybody: none of them is charged for logarithms. */
function returnsOf(columns: CandleColumns): Returns {
  const logs = new LogColumns(columns)
  return { columns, logs, values: Array.from(logs.links().return) }
}

/** σ, whose memory the next round gets. */
function ours({ columns, logs }: Returns): void {
  const request = {
    estimator: 'close',
    window: WINDOW,
    mean: 'sample',
    barsPerYear: null,
    minCoverage: 1,
  } as const
  logs.memory.giveBack(volatility(columns, request, logs).sigma)
}

function firstPlaces(year: CandleColumns, length: number): CandleColumns {
  const columns = missingColumns(year.market, '1m', year.startMs, length, false)
  columns.states.fill(State.present)
  for (const name of ['open', 'high', 'low', 'close'] as const)
    columns[name].set(year[name].subarray(0, length))
  return columns
}
