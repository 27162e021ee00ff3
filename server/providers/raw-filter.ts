/**
 * Which raw answers of candles are worth their space. The live slice is read again every minute with the same rows in
 * it: one such answer in ten minutes holds every candle before it could settle, and the reading after settling is kept.
 */
import type { RawAnswer } from '../archive/types.ts'
import type { CheckedRows } from './rows.ts'
import type { KeepRaw, Priority } from './types.ts'

const LIVE_EVERY_MS = 10 * 60_000

export class RawFilter {
  readonly #keep: KeepRaw
  /** When an answer of each live slice was kept last. */
  readonly #kept = new Map<string, number>()

  constructor(keep: KeepRaw) {
    this.#keep = keep
  }

  candles(answer: RawAnswer, priority: Priority, slice: string, checked: CheckedRows): void {
    if (priority === 'live' && checked.refused.length === 0) {
      if (checked.rows.length === 0) return
      const last = this.#kept.get(slice)
      if (last !== undefined && answer.atMs - last < LIVE_EVERY_MS && answer.atMs >= last) return
      for (const [key, at] of this.#kept) if (answer.atMs - at > LIVE_EVERY_MS) this.#kept.delete(key)
      this.#kept.set(slice, answer.atMs)
    }
    this.#keep(answer)
  }
}
