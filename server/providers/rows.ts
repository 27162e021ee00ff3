/**
 * From a source's list of candles to checked rows: each row is taken, dropped (outside what was asked, still forming)
 * or refused with its reason. Nothing is corrected, and numbers stay text.
 */
import { isLosslessNumber, stringify } from 'lossless-json'
import { checkRow } from '../../core/candle/check.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { plainDecimal } from '../../core/decimal/text.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { RefusedRow } from '../archive/types.ts'
import { REFUSALS } from '../archive/refusals.ts'

/** Where each value stands in a source's row. */
export interface RowShape {
  readonly start: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  /** `bare`: the source prints numbers of JSON, and anything else is a fault; `text`: they come as their text. */
  readonly numbers: 'bare' | 'text'
}

/** What was asked, and when. */
export interface Asked {
  readonly interval: StoredInterval
  readonly fromMs: number
  readonly toMs: number
  /** Candles that end later were still forming. */
  readonly readAtMs: number
}

export interface CheckedRows {
  /** Ascending, unique, closed, within what was asked. */
  readonly rows: readonly CandleRow[]
  readonly refused: readonly RefusedRow[]
  /** It may be the answer to another question: rows lay outside of what was asked, and what it lacks says nothing. */
  readonly isAstray: boolean
}

/** A clock may differ from the source's by so much before its candles count as future ones. */
const CLOCK_TOLERANCE_MS = 60_000

/** @param list the parsed rows, numbers as `LosslessNumber` */
export function readRows(list: readonly unknown[], shape: RowShape, asked: Asked): CheckedRows {
  const refused: RefusedRow[] = []
  const byStart = new Map<number, { row: CandleRow; raw: unknown }[]>()
  // One place too many at either end is how sources count their ends.
  const stepMs = INTERVAL_MS[asked.interval]
  // One that fills its page up with older rows still answers what was asked, up to its end.
  const endMs = Math.min(asked.toMs, asked.readAtMs)
  const nearEndMs = endMs - (endMs - asked.fromMs) / 10
  let [isBefore, isAfter, isToItsEnd] = [false, false, false]
  for (const raw of list) {
    const row = readRow(raw, shape)
    if (typeof row === 'string') {
      refused.push({ startMs: null, reason: row, raw: rawText(raw) })
      continue
    }
    const { startMs } = row
    if (startMs < asked.fromMs || startMs >= asked.toMs) {
      if (startMs < asked.fromMs - stepMs) isBefore = true
      if (startMs > asked.toMs) isAfter = true
      if (startMs <= asked.readAtMs + CLOCK_TOLERANCE_MS) continue
      const reason = `start ${new Date(startMs).toISOString()} lies in the future`
      refused.push({ startMs, reason, raw: rawText(raw) })
      continue
    }
    if (startMs >= nearEndMs) isToItsEnd = true
    const forming = startMs + stepMs > asked.readAtMs
    if (forming && startMs <= asked.readAtMs + CLOCK_TOLERANCE_MS) continue
    const reason = checkRow(row, asked.interval, asked.readAtMs)
    if (reason !== null) {
      refused.push({ startMs, reason, raw: rawText(raw) })
      continue
    }
    const same = byStart.get(startMs)
    if (same) same.push({ row, raw })
    else byStart.set(startMs, [{ row, raw }])
  }
  const rows: CandleRow[] = []
  for (const [startMs, candidates] of byStart) {
    const { row } = candidates[0]!
    if (candidates.every((candidate) => sameCandle(candidate.row, row))) rows.push(row)
    else
      for (const { row: candle, raw } of candidates)
        refused.push({
          startMs,
          reason: REFUSALS['two-candles'],
          raw: rawText(raw),
          candle,
        })
  }
  return {
    rows: rows.sort((a, b) => a.startMs - b.startMs),
    refused,
    isAstray: isAfter || (isBefore && !isToItsEnd),
  }
}

/** The row in plain decimals, not yet held against the rules of a candle; or why it cannot be read. */
function readRow(raw: unknown, shape: RowShape): CandleRow | string {
  if (!Array.isArray(raw)) return 'no list of values'
  const value = (name: Exclude<keyof RowShape, 'numbers'>): string => {
    const given: unknown = raw[shape[name]]
    if (shape.numbers === 'text' && typeof given === 'string') return plainDecimal(given) ?? given
    // A price as quoted text or null is not what this source prints: its format has changed, or something broke.
    return isLosslessNumber(given) ? (plainDecimal(given.value) ?? given.value) : rawText(given ?? null)
  }
  const startMs = readStart(value('start'))
  if (startMs === null) return `start ${value('start')} is no Unix time`
  return {
    startMs,
    open: value('open'),
    high: value('high'),
    low: value('low'),
    close: value('close'),
    volume: value('volume'),
  }
}

/** Unix seconds, milliseconds or microseconds, told by their size; null for anything else. */
function readStart(text: string): number | null {
  if (!/^\d{1,17}$/.test(text)) return null
  const value = Number(text)
  if (value < 1e11) return value * 1000
  if (value < 1e14) return value
  return value % 1000 === 0 ? value / 1000 : null
}

function sameCandle(a: CandleRow, b: CandleRow): boolean {
  return (
    a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume
  )
}

/** The row as the source wrote it, cut to a size that a quarantine can hold. */
function rawText(raw: unknown): string {
  return (stringify(raw) ?? String(raw)).slice(0, 500)
}
