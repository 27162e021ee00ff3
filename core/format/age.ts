/**
 * Ages and lengths of time in words for people: `3 min ago`, `3 d 4 h`.
 */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How long ago something was: `just now`, `12 s ago`, `3 min ago`, `5 h ago`, `3 d 4 h ago`.
 * An instant ahead of the device's clock is `just now`.
 *
 * @param ageMs milliseconds since; null or NaN = never, `n/a`
 */
export function formatAge(ageMs: number | null): string {
  if (ageMs === null || !Number.isFinite(ageMs)) return 'n/a'
  if (ageMs < 5 * SECOND) return 'just now'
  return `${formatSpan(ageMs)} ago`
}

/** A length of time in its largest unit; days come with the hours left: `3 d 4 h`. */
export function formatSpan(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`
  const days = Math.floor(ms / DAY)
  const hours = Math.floor((ms % DAY) / HOUR)
  return hours === 0 ? `${days} d` : `${days} d ${hours} h`
}
