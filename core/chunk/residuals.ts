/**
 * Prices ↔ residuals, the small numbers that byte planes are made of: open − close before, close − open (zigzag),
 * high − max(open, close), min(open, close) − low. Doubles below 2^52, BigInt up to 63 bits.
 */
import { BIG_LIMIT, DOUBLE_LIMIT } from '../decimal/columns.ts'
import { fail } from './layout.ts'

/** Residuals in the order of the wire: open, close, upper, lower. The prices are in order and below 2^52. */
export function doubleResiduals(
  open: Float64Array,
  high: Float64Array,
  low: Float64Array,
  close: Float64Array,
): Float64Array[] {
  const rows = open.length
  const out = [0, 1, 2, 3].map(() => new Float64Array(rows))
  let before = 0
  for (let row = 0; row < rows; row++) {
    const o = open[row]!
    const c = close[row]!
    out[0]![row] = zigzag(o - before)
    out[1]![row] = zigzag(c - o)
    out[2]![row] = high[row]! - Math.max(o, c)
    out[3]![row] = Math.min(o, c) - low[row]!
    before = c
  }
  return out
}

/** `doubleResiduals` for prices of up to 63 bits. */
export function bigResiduals(
  open: BigInt64Array,
  high: BigInt64Array,
  low: BigInt64Array,
  close: BigInt64Array,
): BigUint64Array[] {
  const rows = open.length
  const out = [0, 1, 2, 3].map(() => new BigUint64Array(rows))
  let before = 0n
  for (let row = 0; row < rows; row++) {
    const o = open[row]!
    const c = close[row]!
    out[0]![row] = bigZigzag(o - before)
    out[1]![row] = bigZigzag(c - o)
    out[2]![row] = high[row]! - (o > c ? o : c)
    out[3]![row] = (o < c ? o : c) - low[row]!
    before = c
  }
  return out
}

/**
 * Turns residuals into prices in place: `open`, `close`, `upper`, `lower` become open, close, high, low.
 * Prices within [0, 2^52) come out exact; a residual too large for that, rounded or not, leads out of that range.
 *
 * @returns false when a price leaves that range: the chunk needs BigInt, or is wrong
 */
export function pricesFromDoubles(
  open: Float64Array,
  close: Float64Array,
  upper: Float64Array,
  lower: Float64Array,
  rows: number,
): boolean {
  let before = 0
  for (let row = 0; row < rows; row++) {
    const o = before + unzigzag(open[row]!)
    const c = o + unzigzag(close[row]!)
    const h = (o > c ? o : c) + upper[row]!
    const l = (o < c ? o : c) - lower[row]!
    if (l < 0 || h >= DOUBLE_LIMIT) return false
    open[row] = o
    close[row] = c
    upper[row] = h
    lower[row] = l
    before = c
  }
  return true
}

/**
 * `pricesFromDoubles` for prices of up to 63 bits.
 *
 * @throws ChunkError when a price is negative or beyond 63 bits
 */
export function pricesFromBigs(
  open: BigUint64Array,
  close: BigUint64Array,
  upper: BigUint64Array,
  lower: BigUint64Array,
): { open: BigInt64Array; close: BigInt64Array; high: BigInt64Array; low: BigInt64Array } {
  const column = () => new BigInt64Array(open.length)
  const prices = { open: column(), close: column(), high: column(), low: column() }
  let before = 0n
  for (let row = 0; row < open.length; row++) {
    const o = before + bigUnzigzag(open[row]!)
    const c = o + bigUnzigzag(close[row]!)
    const h = (o > c ? o : c) + upper[row]!
    const l = (o < c ? o : c) - lower[row]!
    if (l < 0n) fail(`row ${row}: the low is negative`)
    if (h > BIG_LIMIT) fail(`row ${row}: the high is beyond 63 bits`)
    prices.open[row] = o
    prices.close[row] = c
    prices.high[row] = h
    prices.low[row] = l
    before = c
  }
  return prices
}

function zigzag(value: number): number {
  return value >= 0 ? 2 * value : -2 * value - 1
}

function unzigzag(value: number): number {
  const half = Math.floor(value / 2)
  return half * 2 === value ? half : -half - 1
}

function bigZigzag(value: bigint): bigint {
  return value >= 0n ? 2n * value : -2n * value - 1n
}

function bigUnzigzag(value: bigint): bigint {
  return value % 2n === 0n ? value / 2n : -(value + 1n) / 2n
}
