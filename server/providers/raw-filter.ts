/**
 * Which raw answers of candles are worth their space. The live slice is read again every minute with the same rows in
 * it: one such answer in ten minutes holds every candle before it could settle, and the reading after settling is kept.
 * One that says something else of a candle than the last kept one is always kept: the newest kept answer is the last word.
 * An answer that says all that the last kept one said, and more, takes its place.
 */
import { createHash } from 'node:crypto'
import type { CandleRow } from '../../core/candle/row.ts'
import type { RawAnswer, RawQuestion } from '../archive/types.ts'
import type { CheckedRows } from './rows.ts'
import type { KeepRaw, Priority } from './types.ts'

const MINUTE_MS = 60_000
const LIVE_EVERY_MS = 10 * MINUTE_MS
/** Days are read once a day; a slice of history twice within minutes. */
const REMEMBERED_MS: Readonly<Record<Priority, number>> = {
  live: 26 * 60 * MINUTE_MS,
  settling: 26 * 60 * MINUTE_MS,
  backfill: 10 * MINUTE_MS,
}
/** Answers nearer to each other confirm an unlikely candle: both are kept. */
const APART_MS = MINUTE_MS / 2

/** What the last kept answer of a slice said. */
interface Kept {
  readonly atMs: number
  readonly readAtMs: number
  readonly untilMs: number
  readonly lastStartMs: number
  readonly digest: string
  /** Something in it was refused: it is kept as it came. */
  readonly isSpoilt: boolean
}

export class RawFilter {
  readonly #keep: KeepRaw
  readonly #kept = new Map<string, Kept>()
  #forgetMs = 0

  constructor(keep: KeepRaw) {
    this.#keep = keep
  }

  candles(
    answer: RawAnswer & { readonly question: RawQuestion },
    priority: Priority,
    { rows, refused }: CheckedRows,
  ): void {
    const isSpoilt = refused.length > 0
    if (rows.length === 0) {
      if (priority !== 'live' || isSpoilt) this.#keep(answer)
      return
    }
    const { atMs, question } = answer
    const { readAtMs } = question
    const slice = `${question.market} ${question.interval} ${question.fromMs}`
    const last = this.#kept.get(slice)
    const saysMore =
      last !== undefined && atMs >= last.atMs && digestOf(rows, last.lastStartMs) === last.digest
    if (saysMore && priority === 'live' && !isSpoilt && atMs - last.atMs < LIVE_EVERY_MS) return
    const lastStartMs = rows.at(-1)!.startMs
    const untilMs = atMs + REMEMBERED_MS[priority]
    this.#forget(atMs)
    this.#kept.set(slice, {
      atMs,
      readAtMs,
      untilMs,
      lastStartMs,
      digest: digestOf(rows, lastStartMs),
      isSpoilt,
    })
    const isReplaced = saysMore && !last.isSpoilt && atMs - last.atMs >= APART_MS
    this.#keep(isReplaced ? { ...answer, supersedes: last.readAtMs } : answer)
  }

  #forget(nowMs: number): void {
    if (nowMs >= this.#forgetMs && nowMs < this.#forgetMs + MINUTE_MS) return
    this.#forgetMs = nowMs
    for (const [slice, { untilMs }] of this.#kept) if (untilMs < nowMs) this.#kept.delete(slice)
  }
}

/** Of the candles up to this start. */
function digestOf(rows: readonly CandleRow[], lastStartMs: number): string {
  const hash = createHash('sha1')
  for (const { startMs, open, high, low, close, volume } of rows)
    if (startMs <= lastStartMs) hash.update(`${startMs},${open},${high},${low},${close},${volume};`)
  return hash.digest('base64')
}
