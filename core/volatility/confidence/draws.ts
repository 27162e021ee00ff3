/**
 * The chance in a bootstrap: one table of draws, made once from a fixed seed and used for every window. So the same bars have the
 * same band on every machine, and the bands of neighbouring windows differ by their bars alone.
 */

/** Blocks in a replicate at most; longer windows are cut into longer blocks. */
export const MOST_BLOCKS = 128

export const REPLICATES = 1999

const SEED = 20_260_113

let drawn: Uint16Array | null = null

/** `REPLICATES` rows of `MOST_BLOCKS` whole numbers, even over 0 to 65,535. */
export function draws(): Uint16Array {
  return (drawn ??= draw(REPLICATES * MOST_BLOCKS))
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state are plenty for a quarter of a million draws. */
function draw(count: number): Uint16Array {
  const found = new Uint16Array(count)
  let state = SEED
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    found[i] = (bits ^ (bits >>> 14)) >>> 16
  }
  return found
}
