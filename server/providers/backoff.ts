/** How long to wait after failures: jittered exponential back-off, and what `Retry-After` says. Pure. */

const DAY_MS = 86_400_000

/**
 * Milliseconds to wait after the n-th failure in a row: `firstMs` doubled each time up to `mostMs`, of which the second
 * half is random, so that many programs do not come back at once.
 */
export function backoffMs(failures: number, firstMs: number, mostMs: number, random: () => number): number {
  const full = Math.min(mostMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  return Math.round(full / 2 + (full / 2) * random())
}

/**
 * Milliseconds that a `Retry-After` header (seconds or an HTTP date, RFC 9110) asks to wait, at most a day.
 *
 * @returns null without a header or with one that says neither
 */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null
  const text = header.trim()
  const waitMs = /^\d{1,9}(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : /[A-Za-z]/.test(text)
      ? Date.parse(text) - nowMs
      : NaN
  return Number.isNaN(waitMs) ? null : Math.min(DAY_MS, Math.max(0, waitMs))
}
