/**
 * Memory of columns that is used again: what one computation no longer needs, the next one gets. To a year of minutes
 * new memory costs as much time as what is computed in it, since the system hands it out page by page.
 */

/** Sizes are rounded up to this, so that a series that has grown by a minute still fits. */
const STEP_BYTES = 1 << 19

/** Buffers kept for later; with more than that, whatever comes back is let go. */
const MOST_KEPT = 10

export class Memory {
  readonly #kept: ArrayBuffer[] = []

  /** A column whose contents are whatever was there before. */
  take(length: number): Float64Array<ArrayBuffer> {
    const bytes = Math.ceil((length * Float64Array.BYTES_PER_ELEMENT) / STEP_BYTES) * STEP_BYTES
    const index = this.#kept.findIndex(({ byteLength }) => byteLength === bytes)
    const buffer = index < 0 ? new ArrayBuffer(bytes) : this.#kept.splice(index, 1)[0]!
    return new Float64Array(buffer, 0, length)
  }

  /**
   * Takes a column back that came from here. Nobody may look at it any more.
   */
  giveBack(column: Float64Array<ArrayBuffer>): void {
    this.#kept.unshift(column.buffer)
    if (this.#kept.length > MOST_KEPT) this.#kept.pop()
  }
}
