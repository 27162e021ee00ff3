/** Options of commands that compute σ. */
import { InvalidArgumentError } from 'commander'
import type { Mean } from '../../core/volatility/types.ts'

export function readAnnualise(text: string): number | 'none' {
  if (text === 'none') return text
  const bars = Number(text)
  if (/^\d+(\.\d+)?$/.test(text) && bars > 0 && Number.isFinite(bars)) return bars
  throw new InvalidArgumentError('Accepted is a number of bars above 0, or none.')
}

export function readMean(text: string): Mean {
  if (text === 'sample' || text === 'zero') return text
  throw new InvalidArgumentError('Accepted are sample and zero.')
}

export function readShare(text: string): number {
  const share = Number(text)
  if (/^\d(\.\d+)?$/.test(text) && share <= 1) return share
  throw new InvalidArgumentError('Accepted is a number from 0 to 1.')
}
