/**
 * What processes on one PostgreSQL tell each other: `NOTIFY` within a transaction is delivered at its commit, in the order
 * of commits, to every process that listens. A connection of its own, since it must stay; when it breaks it is made
 * anew, and whoever listens is told that something may have been missed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { rows, type Transaction } from './database.ts'
import { connected, CONNECT_SECONDS } from './postgres-pool.ts'

const CHANNEL = 'crypto_tracker'
/** PostgreSQL takes up to 8000 bytes. */
export const MOST_NOTICE_BYTES = 7_500
/** A connection of which nothing is heard may be half open: it is asked for a sign of life. */
const ASK_EVERY_MS = 5_000
const ANSWER_WITHIN_MS = 5_000
const AGAIN_MS = 500
const LONGEST_AGAIN_MS = 5_000

export interface NoticeListener {
  heard(text: string): void
  /** Listening from here on, at first or again: what was told before may not have been heard. */
  listening(): void
}

export interface Listening {
  close(): Promise<void>
}

/** Tells every process that listens, at the commit of this transaction; the text has at most `MOST_NOTICE_BYTES`. */
export async function notify(tx: Transaction, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await rows(tx, sql`SELECT pg_notify(${CHANNEL}, ${text})::text`)
}

/**
 * Resolves once it listens; from then on it listens again whenever the connection breaks.
 *
 * @throws what the first connection failed of
 */
export async function listenTo(url: string, listener: NoticeListener): Promise<Listening> {
  let line = await Line.open(url, listener)
  const ending = new AbortController()
  const keep = async () => {
    for (let waitMs = AGAIN_MS; !ending.signal.aborted;) {
      await line.broken(ending.signal)
      if (ending.signal.aborted) return
      await pause(waitMs, undefined, { signal: ending.signal }).catch(() => {}) // The program ends.
      if (ending.signal.aborted) return
      try {
        line = await Line.open(url, listener)
        waitMs = AGAIN_MS
      } catch {
        // That the database is out of reach is told by those who read and write.
        waitMs = Math.min(LONGEST_AGAIN_MS, waitMs * 2)
      }
    }
  }
  const keeping = keep()
  return {
    close: async () => {
      ending.abort()
      await keeping
      await line.close()
    },
  }
}

/** One connection that listens until it breaks. */
class Line {
  readonly #client: postgres.Sql
  #isBroken = false
  #onBreak: () => void = () => {}

  private constructor(url: string, heard: (text: string) => void) {
    // The types of postgres.js leave `onnotify` out; its own `listen` is built on it.
    const options = {
      max: 1,
      connect_timeout: CONNECT_SECONDS,
      fetch_types: false,
      max_lifetime: null,
      backoff: () => 0,
      onnotice: () => {},
      onnotify: (_: string, text: string) => heard(text),
      onclose: () => this.#break(),
    }
    this.#client = postgres(url, options)
  }

  static async open(url: string, { heard, listening }: NoticeListener): Promise<Line> {
    const line = new Line(url, heard)
    try {
      await connected(line.#client)
      await line.#client.unsafe(`LISTEN ${CHANNEL}`)
    } catch (error) {
      await line.close()
      throw error
    }
    listening()
    return line
  }

  /** Resolves when it has broken, or is to end. */
  async broken(end: AbortSignal): Promise<void> {
    while (!this.#isBroken && !end.aborted) {
      const woken = new AbortController()
      this.#onBreak = () => woken.abort()
      const signal = AbortSignal.any([end, woken.signal])
      await pause(ASK_EVERY_MS, undefined, { signal }).catch(() => {}) // Broken or ending, which is looked at next.
      if (!this.#isBroken && !end.aborted && !(await this.#answers())) this.#break()
    }
    if (this.#isBroken) await this.close()
  }

  async close(): Promise<void> {
    await this.#client.end({ timeout: 0 })
  }

  async #answers(): Promise<boolean> {
    const late = new AbortController()
    const answer = this.#client.unsafe('SELECT 1').then(
      () => true,
      () => false,
    )
    const tooLate = pause(ANSWER_WITHIN_MS, false, { signal: late.signal }).catch(() => false)
    const isThere = await Promise.race([answer, tooLate])
    late.abort()
    return isThere
  }

  #break(): void {
    this.#isBroken = true
    this.#onBreak()
  }
}
