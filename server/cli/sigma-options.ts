/** Options of commands that compute σ, and what they mean together. */
import { InvalidArgumentError, Option } from 'commander'
import { barsPerYear, type Interval } from '../../core/time/interval.ts'
import { isRealised } from '../../core/volatility/request.ts'
import type { Estimator, Mean } from '../../core/volatility/types.ts'

export const annualiseOption = () =>
  new Option('--annualise <bars>', 'bars in a year, or none (default: as many as 365 days have)').argParser(
    readAnnualise,
  )

export const meanOption = () =>
  new Option('--mean <mean>', 'of the returns, for close: sample or zero')
    .argParser(readMean)
    .default('sample')

export const coverageOption = () =>
  new Option('--min-coverage <share>', 'share of a window that must be there, 0 to 1')
    .argParser(readShare)
    .default(0.5)

/** The bars that an estimator's windows count: the realised family makes days of what it reads. */
export const gridOf = (estimator: Estimator, interval: Interval): Interval =>
  isRealised(estimator) ? '1d' : interval

/** Bars in a year of a grid, unless others were asked for; null = not annualised. */
export function annualisationOf(grid: Interval, asked: number | 'none' | undefined): number | null {
  return asked === 'none' ? null : (asked ?? barsPerYear(grid))
}

function readAnnualise(text: string): number | 'none' {
  if (text === 'none') return text
  const bars = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && bars > 0 && Number.isFinite(bars)) return bars
  throw new InvalidArgumentError('Accepted is a number of bars above 0, or none.')
}

function readMean(text: string): Mean {
  if (text === 'sample' || text === 'zero') return text
  throw new InvalidArgumentError('Accepted are sample and zero.')
}

function readShare(text: string): number {
  const share = Number(text)
  if (/^\d(\.\d+)?$/.test(text) && share <= 1) return share
  throw new InvalidArgumentError('Accepted is a number from 0 to 1.')
}
