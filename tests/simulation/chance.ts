/** Draws from a stream of the seed. */
import { randomStream, uniform, type Bits } from '../../simulator/random.ts'

export class Chance {
  readonly #bits: Bits

  constructor(name: string) {
    this.#bits = randomStream(name)
  }

  is(share: number): boolean {
    return uniform(this.#bits) < share
  }

  between(from: number, to: number): number {
    return from + (to - from) * uniform(this.#bits)
  }

  /** A whole number, both ends among them. */
  whole(from: number, to: number): number {
    return Math.floor(this.between(from, to + 1))
  }

  /** Short ones as often as long ones: even over the logarithm. */
  length(from: number, to: number): number {
    return from * (to / from) ** uniform(this.#bits)
  }

  one<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!
  }

  /** So many different ones. */
  some<T>(items: readonly T[], from: number, to: number): T[] {
    const left = [...items]
    return Array.from(
      { length: Math.min(left.length, this.whole(from, to)) },
      () => left.splice(this.whole(0, left.length - 1), 1)[0]!,
    )
  }
}
