/**
 * Byte planes: a column of unsigned whole numbers as the highest byte of all rows, then the next lower, and so on.
 * Widths up to 7 bytes are read as doubles, any width as BigInt.
 */

/** Widest column that is read as doubles: its values below 2^53 are exact, and those above are seen to be above. */
export const DOUBLE_WIDTH = 7

/** Bytes that the largest of the values needs; 0 when all are 0. */
export function widthOf(values: Float64Array | BigUint64Array): number {
  if (values instanceof Float64Array) {
    let max = 0
    for (const value of values) if (value > max) max = value
    let width = 0
    for (; max >= 1; max /= 256) width++
    return width
  }
  let max = 0n
  for (const value of values) if (value > max) max = value
  let width = 0
  for (; max > 0n; max >>= 8n) width++
  return width
}

/** Writes the planes at `offset`. The values fit the width. */
export function writePlanes(
  bytes: Uint8Array,
  offset: number,
  width: number,
  values: Float64Array | BigUint64Array,
): void {
  const rows = values.length
  const high = new Uint32Array(width > 4 ? rows : 0)
  const low = new Uint32Array(width > 0 ? rows : 0)
  for (let row = 0; row < low.length; row++) {
    const value = values[row]!
    if (typeof value === 'bigint') {
      low[row] = Number(value & 0xffffffffn)
      if (width > 4) high[row] = Number(value >> 32n)
    } else {
      low[row] = value % 4294967296
      if (width > 4) high[row] = Math.floor(value / 4294967296)
    }
  }
  for (let plane = 0; plane < width; plane++) {
    const shift = 8 * (width - 1 - plane)
    const from = shift >= 32 ? high : low
    const start = offset + plane * rows
    for (let row = 0; row < rows; row++) bytes[start + row] = from[row]! >>> (shift & 31)
  }
}

/** Reads a column of at most `DOUBLE_WIDTH` bytes into the first `rows` values. */
export function readPlanes(
  bytes: Uint8Array,
  offset: number,
  width: number,
  rows: number,
  values: Float64Array,
): void {
  const b = bytes
  const p1 = offset + rows
  const p2 = p1 + rows
  const p3 = p2 + rows
  switch (width) {
    case 0:
      values.fill(0, 0, rows)
      return
    case 1:
      for (let i = 0; i < rows; i++) values[i] = b[offset + i]!
      return
    case 2:
      for (let i = 0; i < rows; i++) values[i] = (b[offset + i]! << 8) | b[p1 + i]!
      return
    case 3:
      for (let i = 0; i < rows; i++) values[i] = (b[offset + i]! << 16) | (b[p1 + i]! << 8) | b[p2 + i]!
      return
    case 4:
      for (let i = 0; i < rows; i++)
        values[i] = ((b[offset + i]! << 24) | (b[p1 + i]! << 16) | (b[p2 + i]! << 8) | b[p3 + i]!) >>> 0
      return
    default:
      readPlanes(bytes, offset + (width - 4) * rows, 4, rows, values)
      for (let i = 0; i < rows; i++) {
        let high = 0
        for (let plane = 0; plane < width - 4; plane++) high = high * 256 + b[offset + plane * rows + i]!
        values[i] = values[i]! + high * 4294967296
      }
  }
}

/** Reads a column of any width. */
export function readBigPlanes(
  bytes: Uint8Array,
  offset: number,
  width: number,
  rows: number,
): BigUint64Array<ArrayBuffer> {
  const values = new BigUint64Array(rows)
  for (let row = 0; row < rows; row++) {
    let high = 0
    let low = 0
    for (let plane = 0; plane < width; plane++) {
      const byte = bytes[offset + plane * rows + row]!
      if (width - plane > 4) high = high * 256 + byte
      else low = low * 256 + byte
    }
    values[row] = (BigInt(high) << 32n) | BigInt(low)
  }
  return values
}

/** Whether a column of this width really needs it: some row's highest byte is not 0. */
export function isWidthNeeded(bytes: Uint8Array, offset: number, width: number, rows: number): boolean {
  if (width === 0) return true
  for (let at = offset; at < offset + rows; at++) if (bytes[at] !== 0) return true
  return false
}
