/**
 * Candles from a CSV: header `time,open,high,low,close,volume`, one candle a line, RFC 4180. A row that breaks a rule
 * is refused with its line number and reason, the others go in. Nothing here knows the archive.
 */
import { CsvError } from 'csv-parse/sync'
import { checkRow } from '../../core/candle/check.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { CSV_COLUMNS } from '../../core/csv/write.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import type { Interval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { fieldsOf, linesOf, MAX_LINE, type TextSource } from './lines.ts'
import { readTime, type TimeNotation } from './time.ts'

interface RefusedLine {
  /** Counted from 1, the header included. */
  readonly line: number
  readonly reason: string
}

export interface CsvCandles {
  /** Valid, ascending, one a place. */
  readonly rows: readonly CandleRow[]
  readonly refused: readonly RefusedLine[]
  /** How the time column was read: `ISO 8601`, `Unix seconds`, …; several are joined by ` and `. */
  readonly times: string
}

/** The text is no CSV of candles at all. */
export class CandlesCsvError extends Error {
  override readonly name = 'CandlesCsvError'
}

/**
 * Reads candles.
 *
 * @param input the text, or a stream of UTF-8 bytes or strings
 * @param nowMs the clock that says what the future is
 * @throws CandlesCsvError when there is no header of the six columns
 */
export async function readCandlesCsv(
  input: TextSource,
  interval: Interval,
  nowMs = Date.now(),
): Promise<CsvCandles> {
  const candles = new CandleLines(interval, nowMs)
  let header: Header | null = null
  let line = 0
  for await (const text of linesOf(input)) {
    line++
    if (text.trim() === '' || text === BYTE_ORDER_MARK) continue
    if (header === null) header = readHeader(text)
    else candles.take(text, header, line)
  }
  if (header === null) throw new CandlesCsvError(`the file is empty: ${EXPECTED}`)
  return candles.result()
}

const BYTE_ORDER_MARK = '\uFEFF'
const EXPECTED = `a first line "${CSV_COLUMNS.join(',')}" is expected, then one candle a line`

/** For each of the six columns its index in a line. */
type Header = readonly number[]

function readHeader(line: string): Header {
  const fields = readFields(line.replace(BYTE_ORDER_MARK, ''))
  const names = typeof fields === 'string' ? [] : fields.map((name) => name.toLowerCase())
  const header = CSV_COLUMNS.map((name) => names.indexOf(name))
  if (names.length !== CSV_COLUMNS.length || header.includes(-1))
    throw new CandlesCsvError(`the first line is "${line.slice(0, 120)}": ${EXPECTED}`)
  return header
}

/** The fields, or why the line has none. */
function readFields(line: string): string[] | string {
  if (line.length > MAX_LINE) return `no candle: the line has more than ${MAX_LINE} characters`
  try {
    return fieldsOf(line)
  } catch (error) {
    if (error instanceof CsvError) return 'no CSV: its quotes are broken'
    throw error
  }
}

/** Takes line after line and keeps the valid rows. */
class CandleLines {
  readonly #interval: Interval
  readonly #nowMs: number
  readonly #refused: RefusedLine[] = []
  readonly #notations = new Set<TimeNotation>()
  readonly #byStart = new Map<number, { row: CandleRow; line: number }>()

  constructor(interval: Interval, nowMs: number) {
    this.#interval = interval
    this.#nowMs = nowMs
  }

  take(text: string, header: Header, line: number): void {
    const fields = readFields(text)
    const reason = typeof fields === 'string' ? fields : this.#keep(fields, header, line)
    if (reason !== null) this.#refused.push({ line, reason })
  }

  result(): CsvCandles {
    const rows = Array.from(this.#byStart.values(), ({ row }) => row)
    rows.sort((a, b) => a.startMs - b.startMs)
    const times = this.#notations.size === 0 ? 'none' : [...this.#notations].join(' and ')
    return { rows, refused: this.#refused, times }
  }

  /** Why the line is refused; null when its row is kept. */
  #keep(fields: readonly string[], header: Header, line: number): string | null {
    if (fields.length !== CSV_COLUMNS.length)
      return `${fields.length} fields, ${CSV_COLUMNS.length} are expected: ${CSV_COLUMNS.join(', ')}`
    const [timeText, open, high, low, close, volume] = header.map((index) => fields[index]!) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ]
    const time = readTime(timeText)
    if (time === null)
      return `time "${timeText.slice(0, 40)}" is no time: ISO 8601 in UTC, or Unix seconds, milliseconds or microseconds`
    this.#notations.add(time.notation)
    const row = {
      startMs: time.ms,
      open: plainDecimal(open) ?? open,
      high: plainDecimal(high) ?? high,
      low: plainDecimal(low) ?? low,
      close: plainDecimal(close) ?? close,
      volume: volume === '' ? null : (plainDecimal(volume) ?? volume),
    }
    const fault = checkRow(row, this.#interval, this.#nowMs)
    if (fault !== null) return fault
    const before = this.#byStart.get(row.startMs)
    if (before) {
      if (sameCandle(before.row, row)) return null
      return `conflicts with line ${before.line}, which has another candle of ${isoSeconds(row.startMs)}`
    }
    this.#byStart.set(row.startMs, { row, line })
    return null
  }
}

function sameCandle(a: CandleRow, b: CandleRow): boolean {
  return (
    a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume
  )
}
