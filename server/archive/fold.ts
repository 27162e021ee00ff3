/**
 * What a series of answers for one slice, and the owner's decisions in between, say of its candles: the newest answer
 * for a place counts, as it did when they came. Pure.
 */
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { revise } from './judge.ts'
import type { AnswerAgain } from './types.ts'

/** A candle that was refused and that the owner has taken in. */
export interface AcceptedCandle {
  readonly atMs: number
  readonly row: CandleRow
}

export interface TimedAnswer extends AnswerAgain {
  readonly atMs: number
}

/**
 * @param answers in the order of time
 * @param before what the archive has; an unlikely candle that it has, too, was confirmed when it came
 * @returns by start, ascending
 */
export function foldAnswers(
  answers: readonly TimedAnswer[],
  accepted: readonly AcceptedCandle[],
  before: (startMs: number) => CandleRow | undefined,
): Map<number, CandleRow> {
  const said = new Map<string, number>()
  for (const { rows, wild } of answers)
    for (const row of rows)
      if (wild.has(row.startMs)) said.set(JSON.stringify(row), (said.get(JSON.stringify(row)) ?? 0) + 1)
  const isConfirmed = (row: CandleRow) =>
    said.get(JSON.stringify(row))! > 1 || ((before(row.startMs)?.flags ?? 0) & Flag.suspicious) !== 0

  const found = new Map<number, CandleRow>()
  const take = (row: CandleRow) => {
    const known = found.get(row.startMs)
    found.set(row.startMs, known ? (revise(known, row) ?? known) : row)
  }
  const decisions = accepted.toSorted((a, b) => a.atMs - b.atMs)
  for (const { rows, wild, atMs } of answers) {
    while (decisions[0] && decisions[0].atMs < atMs) take(suspicious(decisions.shift()!.row))
    for (const row of rows)
      if (!wild.has(row.startMs)) take(row)
      else if (isConfirmed(row)) take(suspicious(row))
  }
  for (const { row } of decisions) take(suspicious(row))
  return new Map([...found].sort(([a], [b]) => a - b))
}

function suspicious(row: CandleRow): CandleRow {
  return { ...row, flags: (row.flags ?? 0) | Flag.suspicious }
}

/**
 * The candle as it is to be where the archive has `before` and the answers say `said`; null where that is so already.
 * What the archive knows of its history (revised, suspicious) stays: answers of that time may be gone.
 */
export function repair(before: CandleRow, said: CandleRow): CandleRow | null {
  const after = revise(before, { ...said, flags: 0 })
  if (!after) return null
  const flags = ((before.flags ?? 0) & ~Flag.imported) | (said.flags ?? 0)
  return { ...after, flags }
}
