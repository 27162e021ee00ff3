/** `crypto-tracker cone`: where σ of several windows stands in its own history, of a CSV file or of a market of the archive. */
import { InvalidArgumentError, type Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import type { Interval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { Cone, type ConeQuantiles, type ConeWindow } from '../../core/volatility/cone.ts'
import { isRealised } from '../../core/volatility/request.ts'
import { ESTIMATORS, type Estimator, type Mean } from '../../core/volatility/types.ts'
import { unavailableText } from '../../core/volatility/unavailable.ts'
import { readBars } from './bars.ts'
import type { ExitCode } from './exit.ts'
import { formatOption, readInstant, readInterval, readMarket, type Format } from './options.ts'
import { printRows, readable, say } from './output.ts'
import { annualisationOf, annualiseOption, coverageOption, gridOf, meanOption } from './sigma-options.ts'

interface Options {
  readonly market?: MarketId
  readonly interval: Interval
  readonly estimator: Estimator
  readonly windows: readonly number[]
  readonly to?: number
  readonly annualise?: number | 'none'
  readonly mean: Mean
  readonly minCoverage: number
  readonly format: Format
}

const WINDOWS = [7, 14, 30, 90, 180, 365]
const MOST_WINDOWS = 50

export function addCone(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('cone')
    .description('volatility of several windows, and where it stands in its own history')
    .argument('[file]', 'CSV file (also .gz, or - for stdin): time,open,high,low,close,volume')
    .option('--market <id>', 'a market of the archive instead of a file', readMarket)
    .requiredOption('--interval <interval>', '1m, 5m, 15m, 1h, 4h or 1d', readInterval)
    .requiredOption('--estimator <name>', `one of ${ESTIMATORS.join(', ')}`, readEstimator)
    .option(
      '--windows <places>',
      'places of the grid in each window, separated by commas',
      readWindows,
      WINDOWS,
    )
    .option('--to <time>', 'first bar that is not known yet: the cone as it was then', readInstant)
    .addOption(annualiseOption())
    .addOption(meanOption())
    .addOption(coverageOption())
    .addOption(formatOption())
    .action(async (file: string | undefined, options: Options) => done(await run(file, options)))
}

async function run(file: string | undefined, options: Options): Promise<ExitCode> {
  const { interval, estimator, windows, to, annualise, mean, minCoverage, format } = options
  const read = await readBars(file, options.market, interval, [estimator])
  const { name, source, refused } = read
  const columns = isRealised(estimator) ? read.intraday : read.columns
  const grid = gridOf(estimator, interval)
  const annualisation = annualisationOf(grid, annualise)
  const cone = new Cone(columns, { estimator, mean, barsPerYear: annualisation, minCoverage }, windows)
  const rows = cone.at(to ?? null).map(rowOf)
  for (const { window, reason } of rows) if (reason !== null) say(`${name}: n/a for ${window}: ${reason}`)
  const as_of = rows[0]?.as_of ?? null
  const answer = {
    market: name,
    interval: grid,
    estimator,
    annualisation,
    mean,
    source,
    as_of,
    windows: rows,
  }
  await printRows(format === 'table' ? readable(rows) : rows, format, answer)
  return refused > 0 ? 1 : 0
}

function rowOf({ receipt, quantiles, percentile, windows, bars, independent, spreadFactor }: ConeWindow) {
  const { window, sigma, barsUsed, barsExpected, asOfMs, reason } = receipt
  const none: Record<keyof ConeQuantiles, null> = {
    min: null,
    p10: null,
    p25: null,
    p50: null,
    p75: null,
    p90: null,
    max: null,
  }
  return {
    window,
    sigma: reason ? null : sigma,
    percentile,
    ...(quantiles ?? none),
    windows,
    bars,
    independent,
    spread_factor: spreadFactor,
    n: barsUsed,
    expected: barsExpected,
    as_of: Number.isNaN(asOfMs) ? null : isoSeconds(asOfMs),
    reason: reason && unavailableText(reason),
  }
}

function readEstimator(text: string): Estimator {
  const found = ESTIMATORS.find((name) => name === text)
  if (found) return found
  throw new InvalidArgumentError(`"${text}" is none; accepted is one of ${ESTIMATORS.join(', ')}.`)
}

function readWindows(text: string): readonly number[] {
  const windows = text.split(',').map((part) => (/^ *\d{1,7} *$/.test(part) ? Number(part) : NaN))
  if (windows.length <= MOST_WINDOWS && windows.every((window) => window >= 2)) return windows
  throw new InvalidArgumentError(
    `Accepted are up to ${MOST_WINDOWS} whole numbers of at least 2, such as 7,14,30,90.`,
  )
}
