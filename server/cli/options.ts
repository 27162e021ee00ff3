/** Options that several commands share, and how their text is read. What is refused says what is accepted. */
import { InvalidArgumentError, Option } from 'commander'
import { MarketIdError, parseMarketId, type MarketId } from '../../core/market.ts'
import { INTERVALS, isInterval, isStoredInterval, STORED_INTERVALS } from '../../core/time/interval.ts'
import type { Interval, StoredInterval } from '../../core/time/interval.ts'
import { INSTANT_ACCEPTED, parseInstant } from '../instant.ts'

export type Format = 'table' | 'json' | 'csv'

export const FORMATS: readonly Format[] = ['table', 'json', 'csv']

export function formatOption(): Option {
  return new Option('--format <format>', 'how rows are printed')
    .choices(FORMATS)
    .default(process.stdout.isTTY ? 'table' : 'json', 'table on a terminal, json otherwise')
}

export function readMarket(text: string): MarketId {
  try {
    return parseMarketId(text).id
  } catch (error) {
    throw error instanceof MarketIdError ? new InvalidArgumentError(error.message) : error
  }
}

export function readInterval(text: string): Interval {
  if (isInterval(text)) return text
  throw new InvalidArgumentError(`Accepted are ${INTERVALS.join(', ')}.`)
}

export function readStoredInterval(text: string): StoredInterval {
  if (isStoredInterval(text)) return text
  throw new InvalidArgumentError(`Only ${STORED_INTERVALS.join(', ')} can be imported.`)
}

export function readInstant(text: string): number {
  const ms = parseInstant(text)
  if (ms === null) throw new InvalidArgumentError(`Accepted is ${INSTANT_ACCEPTED}.`)
  return ms
}
