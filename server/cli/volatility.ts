/** `crypto-tracker volatility`: rolling σ of a CSV file or of a market of the archive. */
import { InvalidArgumentError, type Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, type Interval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { isRealised } from '../../core/volatility/request.ts'
import { unavailableText } from '../../core/volatility/unavailable.ts'
import { volatilityPoints, type VolatilityPoint } from '../../core/volatility/points.ts'
import { ESTIMATORS, type Estimator, type IntradayReceipt, type Mean } from '../../core/volatility/types.ts'
import { warningText } from '../../core/volatility/warnings.ts'
import { knownMs, newestReceipt, volatility } from '../../core/volatility/volatility.ts'
import { readBars } from './bars.ts'
import type { ExitCode } from './exit.ts'
import { formatOption, readInstant, readInterval, readMarket, type Format } from './options.ts'
import { printRows, say, type Row } from './output.ts'
import { annualisationOf, annualiseOption, coverageOption, gridOf, meanOption } from './sigma-options.ts'

interface Options {
  readonly market?: MarketId
  readonly interval: Interval
  readonly estimator: readonly Estimator[]
  readonly window: number
  readonly from?: number
  readonly to?: number
  readonly annualise?: number | 'none'
  readonly mean: Mean
  readonly minCoverage: number
  readonly format: Format
}

/** What programs read, one object an estimator. */
interface VolatilityAnswer {
  readonly market: string
  readonly interval: Interval
  readonly estimator: Estimator
  readonly window: number
  readonly annualisation: number | null
  readonly mean: Mean
  readonly source: string
  /** Close of the last bar shown; null where there is none. */
  readonly as_of: string | null
  /** Of the realised family: the bars inside the days of the newest window, and the 5-minute returns made of them. */
  readonly intraday?: ReturnType<typeof intradayOf>
  readonly points: readonly VolatilityPoint[]
}

export function addVolatility(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('volatility')
    .description('rolling volatility of a CSV file or of a market of the archive')
    .argument('[file]', 'CSV file (also .gz, or - for stdin): time,open,high,low,close,volume')
    .option('--market <id>', 'a market of the archive instead of a file', readMarket)
    .requiredOption('--interval <interval>', '1m, 5m, 15m, 1h, 4h or 1d', readInterval)
    .requiredOption(
      '--estimator <names>',
      `one or more of ${ESTIMATORS.join(', ')}, separated by commas`,
      readEstimators,
    )
    .requiredOption('--window <places>', 'places of the grid in a window, at least 2', readWindow)
    .option('--from <time>', 'first bar shown; what lies before still fills its window', readInstant)
    .option('--to <time>', 'first bar not shown any more', readInstant)
    .addOption(annualiseOption())
    .addOption(meanOption())
    .addOption(coverageOption())
    .addOption(formatOption())
    .action(async (file: string | undefined, options: Options) => done(await run(file, options)))
}

async function run(file: string | undefined, options: Options): Promise<ExitCode> {
  const { market, interval, estimator: estimators } = options
  const { columns, intraday, name, source, refused } = await readBars(file, market, interval, estimators)
  const logs = new LogColumns(columns)
  const logsOfDays = intraday === columns ? logs : new LogColumns(intraday)
  const warned = new Set<string>()
  const answers = options.estimator.map((estimator) =>
    compute(isRealised(estimator) ? logsOfDays : logs, estimator, options, name, source, warned),
  )
  const withParts = options.estimator.includes('realized')
  await printRows(
    answers.flatMap((answer) => rowsOf(answer, withParts)),
    options.format,
    answers,
  )
  return refused > 0 ? 1 : 0
}

function compute(
  logs: LogColumns,
  estimator: Estimator,
  options: Options,
  market: string,
  source: string,
  warned: Set<string>,
): VolatilityAnswer {
  const { columns } = logs
  const { interval, window, mean, minCoverage, annualise } = options
  const grid = gridOf(estimator, interval)
  const annualisation = annualisationOf(grid, annualise)
  const request = { estimator, window, mean, barsPerYear: annualisation, minCoverage }
  const series = volatility(columns, request, logs)
  const { reason, intraday, warnings } = newestReceipt(series, columns)
  if (reason !== null) say(`${market} ${estimator}: n/a: ${unavailableText(reason)}`)
  // Where σ stands in its history is not told here: that the history is short does not matter.
  const careful = warnings.filter(({ what }) => what !== 'short history')
  for (const text of careful.map(warningText)) {
    // The same of every estimator that reads these bars: once is enough.
    if (!warned.has(text)) say(`${market}: ${text}`)
    warned.add(text)
  }
  const points = volatilityPoints(series, options.from, options.to)
  const last = points.at(-1)
  const lastPlace = (Date.parse(last?.t ?? '') - series.startMs) / INTERVAL_MS[series.interval]
  const as_of = last ? isoSeconds(knownMs(series, lastPlace)) : null
  return {
    market,
    interval: series.interval,
    estimator,
    window,
    annualisation,
    mean,
    source,
    as_of,
    ...(intraday ? { intraday: intradayOf(intraday) } : {}),
    points,
  }
}

const intradayOf = ({ interval, returnsUsed, returnsExpected, barsEmpty }: IntradayReceipt) => ({
  interval,
  returns: returnsUsed,
  expected: returnsExpected,
  empty: barsEmpty,
})

/** @param withParts whether rows have columns for what only `realized` knows */
function rowsOf({ estimator, window, points }: VolatilityAnswer, withParts: boolean): Row[] {
  return points.map(({ t, sigma, n, expected, down, up, jump_share, jump_days }) => ({
    time: t,
    estimator,
    window,
    sigma,
    n,
    expected,
    ...(withParts
      ? {
          down: down ?? null,
          up: up ?? null,
          jump_share: jump_share ?? null,
          jump_days: jump_days ?? null,
        }
      : {}),
  }))
}

function readEstimators(text: string): Estimator[] {
  const known: readonly string[] = ESTIMATORS
  const names = text.split(',').map((name) => name.trim())
  const wrong = names.find((name) => !known.includes(name))
  if (wrong === undefined) return names as Estimator[]
  throw new InvalidArgumentError(`"${wrong}" is none; accepted are ${ESTIMATORS.join(', ')}.`)
}

function readWindow(text: string): number {
  const window = Number(text)
  if (/^\d{1,9}$/.test(text) && window >= 2) return window
  throw new InvalidArgumentError('Accepted is a whole number of at least 2.')
}
