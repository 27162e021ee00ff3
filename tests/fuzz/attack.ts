/**
 * The frame of all fuzzing: a border is tried again and again with hostile input. Each try has a random source of its
 * own, made of seed and number, so that a single one is replayed by itself.
 */
import { randomFrom } from '../../core/chunk/testing/random.ts'

/** What the border made of one input: it was refused with the border's own error, or it was valid all the same. */
type Outcome = 'refused' | 'taken'

export interface Border {
  readonly name: string
  /**
   * One try.
   *
   * @param random numbers from 0 to below 1
   * @throws Error when the border did anything but refuse in its own words or take what is valid
   */
  attempt(random: () => number): Outcome | Promise<Outcome>
}

export interface AttackReport {
  readonly border: string
  readonly tries: number
  readonly refused: number
  /** Hostile by origin, but valid. */
  readonly taken: number
  readonly slowestMs: number
  /** By how much the process's memory was above that of the start at most. */
  readonly grownBytes: number
}

/** A try that takes longer hangs, as far as whoever waits for it can tell. */
const LONGEST_TRY_MS = 2_000
const LOOK_AT_MEMORY_EVERY = 1_000

/**
 * Attacks a border.
 *
 * @param first number of the first try; together with `seed` it replays one
 * @throws Error naming border, seed and try that it did not stand
 */
export async function attack(border: Border, tries: number, seed: number, first = 0): Promise<AttackReport> {
  const outcomes = { refused: 0, taken: 0 }
  const startBytes = process.memoryUsage.rss()
  let slowestMs = 0
  let mostBytes = startBytes
  for (let at = first; at < first + tries; at++) {
    const startedMs = performance.now()
    try {
      const outcome = border.attempt(randomFrom(Math.imul(seed, 0x9e3779b1) ^ at))
      // Most borders answer at once, and a million turns of the event loop would be most of the time.
      outcomes[typeof outcome === 'string' ? outcome : await outcome]++
    } catch (error) {
      throw new Error(`${border.name}: seed ${seed}, try ${at}: ${String(error)}`, { cause: error })
    }
    const tookMs = performance.now() - startedMs
    if (tookMs > LONGEST_TRY_MS)
      throw new Error(`${border.name}: seed ${seed}, try ${at}: took ${Math.round(tookMs)} ms`)
    slowestMs = Math.max(slowestMs, tookMs)
    if (at % LOOK_AT_MEMORY_EVERY === 0) mostBytes = Math.max(mostBytes, process.memoryUsage.rss())
  }
  return { border: border.name, tries, ...outcomes, slowestMs, grownBytes: mostBytes - startBytes }
}

/** A whole number from 0 to below the limit. */
export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit)
}

/** One of them. */
export function pick<T>(random: () => number, items: readonly T[]): T {
  return items[below(random, items.length)]!
}
