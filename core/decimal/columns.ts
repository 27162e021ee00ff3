/**
 * Columns of decimals: from texts and back, to their one canonical form, and gathered out of several.
 * Columns that belong together share one kind and scale. Values are not negative.
 */
import type { DecimalColumn, IntegerColumn } from './decimal.ts'

/** Whole numbers below this are kept as doubles: differences of two, zigzag coded, are still safe integers. */
export const DOUBLE_LIMIT = 2 ** 52
/** Whole numbers up to this stand in a BigInt64Array. */
export const BIG_LIMIT = 2n ** 63n - 1n
/** Most decimals of an integer column. */
export const MAX_SCALE = 40
/** Powers of ten up to this are exact doubles, so one division rounds correctly. */
export const EXACT_POWER = 22

/**
 * Reads columns of shortest plain decimals that are not negative; an empty text is a value that is not known,
 * 0 in an integer column.
 *
 * @returns columns of one kind and the fewest decimals that hold them all
 */
export function columnsFromTexts(columns: readonly (readonly string[])[]): DecimalColumn[] {
  let scale = 0
  for (const column of columns) for (const text of column) scale = Math.max(scale, decimalsOf(text))
  if (scale <= MAX_SCALE) {
    const doubles = columns.map((column) => doublesFromTexts(column, scale))
    if (doubles.every((values) => values !== null))
      return doubles.map((values) => ({ kind: 'integer', scale, values }))
    const bigs = columns.map((column) => bigsFromTexts(column, scale))
    if (bigs.every((values) => values !== null))
      return bigs.map((values) => ({ kind: 'integer', scale, values }))
  }
  return columns.map((values) => ({ kind: 'text', values: [...values] }))
}

function decimalsOf(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function digitsAt(text: string, scale: number): string {
  const point = text.indexOf('.')
  if (point < 0) return text + '0'.repeat(scale)
  return text.slice(0, point) + text.slice(point + 1) + '0'.repeat(scale - (text.length - point - 1))
}

/** null where a value reaches `DOUBLE_LIMIT`. */
function doublesFromTexts(texts: readonly string[], scale: number): Float64Array<ArrayBuffer> | null {
  const values = new Float64Array(texts.length)
  for (let i = 0; i < texts.length; i++) {
    const digits = digitsAt(texts[i]!, scale)
    // Up to 15 digits are exact; longer ones may still be small, with zeros in front.
    const value = digits.length <= 15 ? Number(digits) : Number(BigInt(digits))
    if (value >= DOUBLE_LIMIT) return null
    values[i] = value
  }
  return values
}

/** null where a value goes beyond `BIG_LIMIT`. */
function bigsFromTexts(texts: readonly string[], scale: number): BigInt64Array<ArrayBuffer> | null {
  const values = new BigInt64Array(texts.length)
  for (let i = 0; i < texts.length; i++) {
    const value = BigInt(digitsAt(texts[i]!, scale))
    if (value > BIG_LIMIT) return null
    values[i] = value
  }
  return values
}

/** How many values the column holds. */
export function columnLength(column: DecimalColumn): number {
  return column.values.length
}

/** One value as shortest plain decimal. */
export function decimalAt(column: DecimalColumn, index: number): string {
  if (column.kind === 'text') return column.values[index]!
  return decimalFrom(column.values[index]!, column.scale)
}

/** All values as shortest plain decimals. */
export function decimalsFrom(column: DecimalColumn): string[] {
  return Array.from({ length: column.values.length }, (_, index) => decimalAt(column, index))
}

function decimalFrom(value: number | bigint, scale: number): string {
  if (scale === 0) return String(value)
  const digits = String(value).padStart(scale + 1, '0')
  let end = digits.length
  const point = end - scale
  while (end > point && digits.charCodeAt(end - 1) === 48) end--
  return end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
}

/** All values as doubles, each the nearest to its decimal. */
export function doublesFrom(column: DecimalColumn): Float64Array {
  if (column.kind === 'integer' && column.values instanceof Float64Array && column.scale <= EXACT_POWER) {
    const unit = 10 ** column.scale
    return column.values.map((value) => value / unit)
  }
  return Float64Array.from(decimalsFrom(column), Number)
}

/**
 * The canonical form of columns that belong together: one kind, the fewest decimals, doubles where they serve.
 *
 * @throws RangeError when an integer column holds a negative or broken number
 */
export function fitColumns(columns: readonly DecimalColumn[]): DecimalColumn[] {
  const doubles = columns.map(doublesOf)
  const scale = columns[0]?.kind === 'integer' ? columns[0].scale : 0
  const alike = columns.every((column) => column.kind === 'integer' && column.scale === scale)
  if (!alike || !doubles.every((values) => values !== null) || scale > MAX_SCALE)
    return columnsFromTexts(columns.map(decimalsFrom))
  const spare = spareDecimals(doubles, scale)
  if (spare === 0) return [...columns]
  const unit = 10 ** spare
  return doubles.map((values) => ({
    kind: 'integer',
    scale: scale - spare,
    values: values.map((value) => value / unit),
  }))
}

/** The column's doubles where all are within `DOUBLE_LIMIT`. */
function doublesOf(column: DecimalColumn): Float64Array | null {
  if (column.kind === 'text') return null
  const values = column.values
  if (values instanceof BigInt64Array) {
    if (values.some((value) => value < 0n)) throw new RangeError('a decimal column holds a negative number')
    return null
  }
  let fits = true
  for (const value of values) {
    if (!(value >= 0 && Number.isSafeInteger(value)))
      throw new RangeError(`a decimal column holds ${value}, no whole number from 0`)
    if (value >= DOUBLE_LIMIT) fits = false
  }
  return fits ? values : null
}

/** By how many decimals the scale is larger than the values need. */
function spareDecimals(columns: readonly Float64Array[], scale: number): number {
  let spare = scale
  for (const values of columns) {
    for (const value of values) {
      if (spare === 0) return 0
      if (value === 0) continue
      let unit = 10 ** spare
      while (spare > 0 && value % unit !== 0) {
        spare--
        unit = 10 ** spare
      }
    }
  }
  return spare
}

/** Whether the columns could stand with fewer decimals. */
export function hasSpareDecimal(columns: readonly IntegerColumn[]): boolean {
  if (columns.every((column) => column.scale === 0)) return false
  return columns.every((column) =>
    column.values instanceof Float64Array
      ? column.values.every((value) => value % 10 === 0)
      : column.values.every((value) => value % 10n === 0n),
  )
}

/**
 * Makes columns of values picked from several sources that have the same columns.
 *
 * @param sources for each source its columns
 * @param picks   for each value the source it comes from
 * @param rows    for each value its index there
 */
export function gatherColumns(
  sources: readonly (readonly DecimalColumn[])[],
  picks: Uint32Array,
  rows: Uint32Array,
): DecimalColumn[] {
  const width = sources[0]?.length ?? 0
  const doubles = gatherDoubles(sources, width, picks, rows)
  if (doubles) return fitColumns(doubles)
  return columnsFromTexts(
    Array.from({ length: width }, (_, column) =>
      Array.from(picks, (pick, index) => decimalAt(sources[pick]![column]!, rows[index]!)),
    ),
  )
}

/** null where doubles do not hold a source, or a value at the common scale. */
function gatherDoubles(
  sources: readonly (readonly DecimalColumn[])[],
  width: number,
  picks: Uint32Array,
  rows: Uint32Array,
): IntegerColumn[] | null {
  let scale = 0
  const values: Float64Array[][] = []
  const scales: number[] = []
  for (const columns of sources) {
    const own: Float64Array[] = []
    for (const column of columns) {
      if (column.kind === 'text' || !(column.values instanceof Float64Array)) return null
      own.push(column.values)
    }
    const first = columns[0]
    scales.push(first?.kind === 'integer' ? first.scale : 0)
    scale = Math.max(scale, scales.at(-1)!)
    values.push(own)
  }
  const units = scales.map((own) => 10 ** (scale - own))
  const gathered: IntegerColumn[] = []
  for (let column = 0; column < width; column++) {
    const out = new Float64Array(picks.length)
    for (let i = 0; i < out.length; i++) {
      const pick = picks[i]!
      const value = values[pick]![column]![rows[i]!]! * units[pick]!
      if (value >= DOUBLE_LIMIT) return null
      out[i] = value
    }
    gathered.push({ kind: 'integer', scale, values: out })
  }
  return gathered
}
