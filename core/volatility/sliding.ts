/**
 * Sums over a window that moves on by one value at a time, in constant time on average: the block pivots of the rolling
 * sums, for a series that grows. A block's suffixes are summed when it is full, once for as many values as it has.
 */
import { reciprocals } from './welford.ts'

/** The sum of the last `window` values. */
export class SlidingSum {
  readonly #window: number
  /** Values of the block that fills; places not reached yet hold those of the block before. */
  readonly #block: Float64Array
  /** `#suffixes[j]`: the block before, from its place j to its end. */
  readonly #suffixes: Float64Array
  #filled = 0
  #prefix = 0

  constructor(window: number) {
    this.#window = window
    this.#block = new Float64Array(window)
    this.#suffixes = new Float64Array(window + 1)
  }

  push(value: number): number {
    if (this.#filled === this.#window) this.#turn()
    this.#block[this.#filled++] = value
    this.#prefix += value
    return this.#suffixes[this.#filled]! + this.#prefix
  }

  #turn(): void {
    let suffix = 0
    for (let k = this.#window - 1; k >= 0; k--) this.#suffixes[k] = suffix += this.#block[k]!
    this.#filled = 0
    this.#prefix = 0
  }
}

/** The squared deviations of the last `window` values that count from their own mean; by Welford, as `welford.ts`. */
export class SlidingDeviations {
  readonly #window: number
  readonly #block: Float64Array
  readonly #counts: Uint8Array
  /** Of the block before, from each of its places to its end. */
  readonly #count: Uint32Array
  readonly #mean: Float64Array
  readonly #squares: Float64Array
  readonly #inverse: Float64Array
  #filled = 0
  #n = 0
  #middle = 0
  #sum = 0

  constructor(window: number) {
    this.#window = window
    this.#block = new Float64Array(window)
    this.#counts = new Uint8Array(window)
    this.#count = new Uint32Array(window + 1)
    this.#mean = new Float64Array(window + 1)
    this.#squares = new Float64Array(window + 1)
    this.#inverse = reciprocals(window)
  }

  push(value: number, counts: boolean): number {
    if (this.#filled === this.#window) this.#turn()
    const at = this.#filled++
    this.#block[at] = value
    this.#counts[at] = counts ? 1 : 0
    if (counts) this.#add(value)
    const before = this.#count[at + 1]!
    const apart = this.#middle - this.#mean[at + 1]!
    const between = apart * apart * (before * this.#n * this.#inverse[before + this.#n]!)
    return this.#squares[at + 1]! + this.#sum + between
  }

  #add(value: number): void {
    const deviation = value - this.#middle
    this.#middle += deviation * this.#inverse[++this.#n]!
    this.#sum += deviation * (value - this.#middle)
  }

  #turn(): void {
    this.#restart()
    for (let k = this.#window - 1; k >= 0; k--) {
      if (this.#counts[k] !== 0) this.#add(this.#block[k]!)
      this.#count[k] = this.#n
      this.#mean[k] = this.#middle
      this.#squares[k] = this.#sum
    }
    this.#restart()
    this.#filled = 0
  }

  #restart(): void {
    this.#n = 0
    this.#middle = 0
    this.#sum = 0
  }
}

/** How many of the last `window` codes have each of their two bits. */
export class SlidingCount {
  readonly #codes: Uint8Array
  #at = 0
  bars = 0
  flat = 0

  constructor(window: number) {
    this.#codes = new Uint8Array(window)
  }

  push(code: number): void {
    const gone = this.#codes[this.#at]!
    this.#codes[this.#at] = code
    this.#at = this.#at + 1 === this.#codes.length ? 0 : this.#at + 1
    this.bars += (code & 1) - (gone & 1)
    this.flat += (code >> 1) - (gone >> 1)
  }
}
