/** Spoils the rows of a list of candles as text, `[[start,low,high,open,close,volume],…]`; no number is ever parsed as a double. */
import type { RowFault } from './faults.ts'
import { uniform, type Bits } from './random.ts'

type Row = readonly string[]
type SpoilRow = (row: Row, bits: Bits) => Row

const FIELDS = 6
const YEAR_SECONDS = 365 * 86_400

/** What becomes of a single row. */
const OF_ROW: Partial<Record<RowFault, SpoilRow>> = {
  'null-rows': (row, bits) =>
    bits() % 4 === 0 ? row.map(() => 'null') : row.map((value, i) => (i === 0 ? value : 'null')),
  nan: (row, bits) => inPrice(row, bits, () => '"NaN"'),
  negative: (row, bits) => put(row, 1 + (bits() % (FIELDS - 1)), (value) => `-${value}`),
  zero: (row, bits) => inPrice(row, bits, () => '0'),
  'high-below-low': (row) => put(row, 1, () => thousandfold(row[2]!)),
  'text-numbers': (row) => row.map((value, i) => (i === 0 ? value : `"${value}"`)),
  'off-grid': (row, bits) => put(row, 0, (start) => String(Number(start) + 1 + (bits() % 59))),
  future: (row) => put(row, 0, (start) => String(Number(start) + YEAR_SECONDS)),
  spike: (row) => put(row, 2, thousandfold),
}

/** Rows of the span that begins so many of its lengths later. */
type AskShifted = (lengths: number) => Row[]

/** What becomes of the list. */
const OF_LIST: Partial<Record<RowFault, (rows: Row[], bits: Bits, askShifted: AskShifted) => Row[]>> = {
  duplicates: (rows, bits) => rows.flatMap((row) => (bits() % 3 === 0 ? [row, row] : [row])),
  disorder: shuffled,
  milliseconds: (rows) => rows.map((row) => put(row, 0, (start) => `${start}000`)),
  'repeated-page': (_, __, askShifted) => askShifted(-1),
  /** Half of another page, or this one with half of the page before. */
  overlap: (rows, bits, askShifted) => {
    const half = askShifted(-0.5)
    if (bits() % 2 === 0) return half
    const starts = new Set(rows.map(([start]) => start))
    return [...rows, ...half.filter(([start]) => !starts.has(start))]
  },
}

/**
 * @param body the good answer
 * @param ask  the good answer's body for another span
 */
export function spoilRows(
  kind: RowFault,
  bits: Bits,
  url: URL,
  body: string,
  ask: (url: URL) => string,
): string {
  const rows = readRows(body)
  const spoilList = OF_LIST[kind]
  if (spoilList) return write(spoilList(rows, bits, (lengths) => readRows(ask(shifted(url, lengths)))))
  const spoilRow = OF_ROW[kind]
  if (!spoilRow || rows.length === 0) return body
  // A spike is one tick's; other faults hit a few rows or all of them.
  const chosen = kind === 'spike' ? 0 : bits() % 4 === 0 ? 1 : 0.1
  const certain = bits() % rows.length
  // Where NaN stands bare, nothing of the answer is JSON.
  const text = write(
    rows.map((row, i) => (i === certain || uniform(bits) < chosen ? spoilRow(row, bits) : row)),
  )
  return kind === 'nan' && bits() % 2 === 0 ? text.replaceAll('"NaN"', 'NaN') : text
}

function readRows(body: string): Row[] {
  return body.length <= 4
    ? []
    : body
        .slice(2, -2)
        .split('],[')
        .map((row) => row.split(','))
}

function write(rows: readonly Row[]): string {
  return `[${rows.map((row) => `[${row.join(',')}]`).join(',')}]`
}

function put(row: Row, place: number, change: (value: string) => string): Row {
  return row.map((value, i) => (i === place ? change(value) : value))
}

function inPrice(row: Row, bits: Bits, change: (value: string) => string): Row {
  return put(row, 1 + (bits() % 4), change)
}

/** Fisher and Yates. */
function shuffled(rows: readonly Row[], bits: Bits): Row[] {
  const result = [...rows]
  for (let i = result.length - 1; i > 0; i--) {
    const j = bits() % (i + 1)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** The same question for a span so many of its lengths later. */
function shifted(url: URL, lengths: number): URL {
  const other = new URL(url)
  const from = Date.parse(url.searchParams.get('start') ?? '')
  const to = Date.parse(url.searchParams.get('end') ?? '')
  if (Number.isNaN(from) || Number.isNaN(to)) return other
  const by = Math.floor((lengths * (to - from)) / 60_000) * 60_000
  other.searchParams.set('start', new Date(from + by).toISOString())
  other.searchParams.set('end', new Date(to + by).toISOString())
  return other
}

/** A plain decimal times 1000, by its digits. */
export function thousandfold(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.')
  const digits = fraction.padEnd(3, '0')
  const text = `${whole}${digits.slice(0, 3)}`.replace(/^0+(?=\d)/, '')
  return digits.length > 3 ? `${text}.${digits.slice(3)}` : text
}
