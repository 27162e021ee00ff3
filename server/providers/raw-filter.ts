/**
 * Which raw answers of candles are worth their space. The live slice is read again every minute with the same rows in
 * it: one such answer in ten minutes holds every candle before it could settle, and the reading after settling is kept.
 * One that says something else of a candle than the last kept one is always kept: the newest kept answer is the last word.
 */
import { createHash } from 'node:crypto'
import type { CandleRow } from '../../core/candle/row.ts'
import type { RawAnswer, RawQuestion } from '../archive/types.ts'
import type { CheckedRows } from './rows.ts'
import type { KeepRaw, Priority } from './types.ts'

const LIVE_EVERY_MS = 10 * 60_000

/** What the last kept answer of a live slice said. */
interface Kept {
  readonly atMs: number
  readonly lastStartMs: number
  readonly digest: string
}

export class RawFilter {
  readonly #keep: KeepRaw
  readonly #kept = new Map<string, Kept>()

  constructor(keep: KeepRaw) {
    this.#keep = keep
  }

  candles(
    answer: RawAnswer & { readonly question: RawQuestion },
    priority: Priority,
    { rows, refused }: CheckedRows,
  ): void {
    if (priority === 'live' && refused.length === 0) {
      if (rows.length === 0) return
      const { atMs, question } = answer
      const slice = `${question.market} ${question.interval} ${question.fromMs}`
      const last = this.#kept.get(slice)
      if (last && atMs - last.atMs < LIVE_EVERY_MS && atMs >= last.atMs && saysTheSame(rows, last)) return
      for (const [key, kept] of this.#kept) if (atMs - kept.atMs > LIVE_EVERY_MS) this.#kept.delete(key)
      const lastStartMs = rows.at(-1)!.startMs
      this.#kept.set(slice, { atMs, lastStartMs, digest: digestOf(rows, lastStartMs) })
    }
    this.#keep(answer)
  }
}

function saysTheSame(rows: readonly CandleRow[], { lastStartMs, digest }: Kept): boolean {
  return digestOf(rows, lastStartMs) === digest
}

/** Of the candles up to this start. */
function digestOf(rows: readonly CandleRow[], lastStartMs: number): string {
  const hash = createHash('sha1')
  for (const { startMs, open, high, low, close, volume } of rows)
    if (startMs <= lastStartMs) hash.update(`${startMs},${open},${high},${low},${close},${volume};`)
  return hash.digest('base64')
}
