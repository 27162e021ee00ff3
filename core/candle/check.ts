/**
 * The rules of a candle, judged on its decimal text. What breaks one is refused with a reason, never fixed.
 */
import { compareDecimals, plainDecimal } from '../decimal/text.ts'
import { INTERVAL_MS, type Interval } from '../time/interval.ts'
import { isoSeconds } from '../time/iso.ts'
import type { CandleRow } from './row.ts'

/** The last instant that a calendar date can name. */
const LAST_MS = 8.64e15

/**
 * Checks one candle: start on the grid and not in the future; open, high, low and close finite and above 0;
 * low ≤ open, close ≤ high; volume at least 0 or unknown.
 *
 * @param row texts in any notation of numbers
 * @param nowMs the clock that says what the future is
 * @returns why the row is refused, with the values at fault; null when it is valid
 */
export function checkRow(row: CandleRow, interval: Interval, nowMs: number): string | null {
  return checkStart(row.startMs, interval, nowMs) ?? checkPrices(row) ?? checkVolume(row.volume)
}

function checkStart(startMs: number, interval: Interval, nowMs: number): string | null {
  if (!Number.isInteger(startMs) || Math.abs(startMs) > LAST_MS) return `start ${startMs} is no time`
  if (startMs % INTERVAL_MS[interval] !== 0)
    return `start ${new Date(startMs).toISOString()} is not on the grid of ${interval}`
  if (startMs > nowMs) return `start ${isoSeconds(startMs)} lies in the future`
  return null
}

function checkPrices(row: CandleRow): string | null {
  const open = plainDecimal(row.open)
  if (!isPrice(open)) return noPrice('open', row.open)
  const high = plainDecimal(row.high)
  if (!isPrice(high)) return noPrice('high', row.high)
  const low = plainDecimal(row.low)
  if (!isPrice(low)) return noPrice('low', row.low)
  const close = plainDecimal(row.close)
  if (!isPrice(close)) return noPrice('close', row.close)
  if (compareDecimals(low, open) > 0) return `low ${low} lies above open ${open}`
  if (compareDecimals(low, close) > 0) return `low ${low} lies above close ${close}`
  if (compareDecimals(high, open) < 0) return `high ${high} lies below open ${open}`
  if (compareDecimals(high, close) < 0) return `high ${high} lies below close ${close}`
  return null
}

/** Above 0 and finite as a decimal and as the double that computations use. */
function isPrice(plain: string | null): plain is string {
  if (plain === null) return false
  const value = Number(plain)
  return value > 0 && value < Infinity
}

function noPrice(name: string, text: string): string {
  return `${name} "${text.slice(0, 40)}" is no price: a finite number above 0`
}

function checkVolume(volume: string | null): string | null {
  if (volume === null) return null
  const plain = plainDecimal(volume)
  if (plain === null || plain.startsWith('-') || Number(plain) === Infinity)
    return `volume "${volume.slice(0, 40)}" is no volume: a finite number of at least 0, or nothing where unknown`
  return null
}
