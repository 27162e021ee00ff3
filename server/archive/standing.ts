/**
 * The last frames of each series that a tail from the beginning had, so that the next one reads what is new since and no
 * more: eight days of ten markets are most of a second of work.
 */
import { sql } from 'drizzle-orm'
import { rows, type Transaction } from '../db/database.ts'
import type { Frames, TailSpan } from './tail-frames.ts'

export interface Standing {
  readonly fromMinute: number
  readonly revision: number
  readonly frames: Frames | null
}

export class StandingFrames {
  readonly #known = new Map<string, Standing>()

  /** What is known of these series and can be gone on from. */
  async usable<S extends TailSpan>(tx: Transaction, wanted: readonly S[]): Promise<Map<S, Standing>> {
    const found = new Map<S, Standing>()
    // A market that was purged and followed anew has rows that no change tells of.
    const markets = await rows<{ key: number; revision: string | number }>(
      tx,
      sql`SELECT key, revision FROM market`,
    )
    const changed = new Map(markets.map(({ key, revision }) => [key, Number(revision)]))
    for (const one of wanted) {
      const known = this.#known.get(nameOf(one))
      if (!known || one.fromMinute < known.fromMinute) continue
      if ((changed.get(one.market.key) ?? Infinity) <= known.revision) found.set(one, known)
    }
    return found
  }

  /** Keeps the frames unless newer ones are known. */
  keep(one: TailSpan, revision: number, frames: Frames | null): void {
    const known = this.#known.get(nameOf(one))
    if (!known || known.revision <= revision)
      this.#known.set(nameOf(one), { fromMinute: one.fromMinute, revision, frames })
  }
}

function nameOf({ market, interval }: TailSpan): string {
  return `${market.key}/${interval}`
}
