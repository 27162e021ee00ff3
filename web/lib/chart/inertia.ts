/** How a thrown chart goes on: the finger's speed when it lets go, and how that speed is lost. Pure: pixels and milliseconds. */

/** What of the movement before the finger lets go tells its speed. */
const MEMORY_MS = 90
/** Share of its speed that is left after a millisecond. */
const FRICTION = 0.9965
/** Slower than this, pixels a millisecond, nothing seems to move. */
const STILL = 0.02

/** The last places of a finger. */
export class Track {
  #places: { readonly x: number; readonly ms: number }[] = []

  clear(): void {
    this.#places = []
  }

  add(x: number, ms: number): void {
    this.#places.push({ x, ms })
    const kept = this.#places.findIndex((place) => place.ms >= ms - MEMORY_MS)
    this.#places.splice(0, kept)
  }

  /** Pixels a millisecond at the instant of letting go; 0 where the finger had rested before. */
  speedAt(ms: number): number {
    const recent = this.#places.filter((place) => place.ms >= ms - MEMORY_MS)
    const [first, last] = [recent[0], recent.at(-1)]
    if (!first || !last || last.ms - first.ms < 8) return 0
    return (last.x - first.x) / (last.ms - first.ms)
  }
}

export interface Glide {
  readonly speed: number
  /** How far it went meanwhile. */
  readonly px: number
}

/** Moves on for a while; null once it stands still. The way is the same in however many frames it is gone. */
export function glide(speed: number, elapsedMs: number): Glide | null {
  if (Math.abs(speed) < STILL) return null
  const left = FRICTION ** elapsedMs
  return { speed: speed * left, px: (speed * (1 - left)) / -Math.log(FRICTION) }
}

/** From 0 to 1: quickly away, slowly to its end. */
export const easeOut = (share: number): number => 1 - (1 - share) ** 3
