/**
 * The one form of a chunk that has bytes: every rule of the layout checked, decimals at their fewest, optional columns
 * only where they say something. Two chunks that say the same have the same canonical form, hence the same name.
 */
import { State } from '../candle/columns.ts'
import { columnLength, decimalAt, fitColumns } from '../decimal/columns.ts'
import type { DecimalColumn } from '../decimal/decimal.ts'
import { compareDecimals, isPlainDecimal } from '../decimal/text.ts'
import { isMarketId } from '../market.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import type { Chunk, PricePart, VolumePart } from './chunk.ts'
import { fail, isStateCode, MAX_SECONDS, placesLimit } from './layout.ts'

/**
 * Brings a chunk into its canonical form.
 *
 * @throws ChunkError when it breaks a rule of the layout; the message names the rule and the place
 */
export function canonicalChunk<T extends Chunk>(chunk: T): T
export function canonicalChunk(chunk: Chunk): Chunk {
  const rows = checkSpan(chunk)
  return chunk.part === 'price' ? canonicalPrice(chunk, rows) : canonicalVolume(chunk, rows)
}

/** Checks market, span and states; gives how many places are present. */
function checkSpan(chunk: Chunk): number {
  const { interval, startMs, states, frame } = chunk
  if (!isMarketId(chunk.market)) fail(`"${String(chunk.market).slice(0, 80)}" is no market identifier`)
  const step = INTERVAL_MS[interval]
  if (!Number.isSafeInteger(startMs) || startMs % step !== 0)
    fail(`start ${startMs} ms is not on the grid of ${interval}`)
  if (startMs < 0 || startMs / 1000 > MAX_SECONDS) fail(`start ${startMs} ms is not between 1970 and 2106`)
  const limit = placesLimit(interval, frame)
  if (states.length < 1 || states.length > limit)
    fail(`${states.length} places, a ${frame ? 'frame' : `chunk of ${interval}`} has 1 to ${limit}`)
  let rows = 0
  for (const state of states) {
    if (!isStateCode(state, frame)) fail(`state ${state} does not exist in a ${frame ? 'frame' : 'chunk'}`)
    if (state === State.present) rows++
  }
  return rows
}

function canonicalPrice(chunk: PricePart, rows: number): PricePart {
  const [open, high, low, close] = fit([chunk.open, chunk.high, chunk.low, chunk.close], rows)
  checkRanges(open!, high!, low!, close!)
  return {
    ...chunk,
    open: open!,
    high: high!,
    low: low!,
    close: close!,
    samples: meaningful(chunk.samples, rows, 'samples'),
    flags: meaningful(chunk.flags, rows, 'flags'),
  }
}

function canonicalVolume(chunk: VolumePart, rows: number): VolumePart {
  const given = chunk.known
  if (given && given.length !== rows) fail(`the column "known" has ${given.length} values for ${rows} rows`)
  const known = given?.includes(0) ? given.map((value) => (value ? 1 : 0)) : null
  const [volume] = fit([known ? maskUnknown(chunk.volume, known) : chunk.volume], rows, known)
  return { ...chunk, volume: volume!, known }
}

/** Rows of unknown volume hold 0, or no text. */
function maskUnknown(column: DecimalColumn, known: Uint8Array): DecimalColumn {
  if (column.kind === 'text')
    return { kind: 'text', values: column.values.map((value, row) => (known[row] ? value : '')) }
  const values = column.values.slice()
  if (values instanceof Float64Array) known.forEach((value, row) => value || (values[row] = 0))
  else known.forEach((value, row) => value || (values[row] = 0n))
  return { ...column, values }
}

function fit(columns: DecimalColumn[], rows: number, known: Uint8Array | null = null): DecimalColumn[] {
  for (const column of columns) {
    if (columnLength(column) !== rows) fail(`a column has ${columnLength(column)} values for ${rows} rows`)
    if (column.kind !== 'text') continue
    column.values.forEach((text, row) => {
      if (known?.[row] === 0 && text === '') return
      if (!isPlainDecimal(text) || text.startsWith('-'))
        fail(`"${text.slice(0, 40)}" in row ${row} is no shortest plain decimal from 0`)
    })
  }
  try {
    return fitColumns(columns)
  } catch (error) {
    if (error instanceof RangeError) fail(error.message)
    throw error
  }
}

/** high ≥ max(open, close) and low ≤ min(open, close), without which there are no residuals. */
function checkRanges(
  open: DecimalColumn,
  high: DecimalColumn,
  low: DecimalColumn,
  close: DecimalColumn,
): void {
  const rows = columnLength(open)
  const [o, h, l, c] = [open.values, high.values, low.values, close.values]
  const text = open.kind === 'text'
  for (let row = 0; row < rows; row++) {
    const ordered = text
      ? isOrdered(decimalAt(open, row), decimalAt(high, row), decimalAt(low, row), decimalAt(close, row))
      : h[row]! >= o[row]! && h[row]! >= c[row]! && l[row]! <= o[row]! && l[row]! <= c[row]!
    if (!ordered)
      fail(
        `row ${row}: open ${decimalAt(open, row)}, high ${decimalAt(high, row)}, low ${decimalAt(low, row)}, ` +
          `close ${decimalAt(close, row)}: open and close must lie between low and high`,
      )
  }
}

/** `checkRanges` of one row of decimal text. */
export function isOrdered(open: string, high: string, low: string, close: string): boolean {
  return [open, close].every((value) => compareDecimals(high, value) >= 0 && compareDecimals(low, value) <= 0)
}

/** The column where some value is not 0, else null. */
function meaningful(column: Uint32Array | null, rows: number, name: string): Uint32Array | null {
  if (!column) return null
  if (column.length !== rows) fail(`the column "${name}" has ${column.length} values for ${rows} rows`)
  return column.some((value) => value !== 0) ? column : null
}
