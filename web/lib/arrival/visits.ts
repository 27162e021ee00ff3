/**
 * When somebody looked, so that the app knows what a long absence is and when it has become of use. Kept on this device
 * alone, and harmless to lose: then there is no absence.
 */

/** Shorter than that nobody was away. */
const AWAY_MS = 8 * 3_600_000
/** Looks that are further apart are two visits. */
const VISIT_MS = 30 * 60_000
/** What happened during an absence is news for so long. */
const NEWS_MS = 12 * 3_600_000

export interface Away {
  readonly sinceMs: number
  /** When somebody looked again. */
  readonly backMs: number
}

export interface Visits {
  readonly lookedMs: number | null
  readonly count: number
  /** Time in which the app was in sight, all visits together. */
  readonly usedMs: number
  /** The last long absence, until it is dismissed or no news any more. */
  readonly away: Away | null
}

export const NO_VISITS: Visits = { lookedMs: null, count: 0, usedMs: 0, away: null }

/** Somebody looks again, or for the first time. A clock that was put back makes no absence. */
export function returned(visits: Visits, nowMs: number): Visits {
  const { lookedMs, count } = visits
  const goneMs = lookedMs === null ? 0 : nowMs - lookedMs
  const isVisit = lookedMs === null || goneMs >= VISIT_MS
  return {
    ...visits,
    lookedMs: nowMs,
    count: count + (isVisit ? 1 : 0),
    away:
      lookedMs !== null && goneMs >= AWAY_MS
        ? { sinceMs: lookedMs, backMs: nowMs }
        : fresh(visits.away, nowMs),
  }
}

/** Somebody goes on looking. */
export function looking(visits: Visits, nowMs: number, forMs: number): Visits {
  return { ...visits, lookedMs: nowMs, usedMs: visits.usedMs + forMs, away: fresh(visits.away, nowMs) }
}

/** What was kept, every field checked: another version may have written it. */
export function readVisits(text: string | null): Visits {
  if (text === null) return NO_VISITS
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return NO_VISITS
  }
  const { lookedMs, count, usedMs, away } = (found ?? {}) as Record<keyof Visits, unknown>
  const { sinceMs, backMs } = (away ?? {}) as Record<keyof Away, unknown>
  return {
    lookedMs: isInstant(lookedMs) ? lookedMs : null,
    count: isInstant(count) ? count : 0,
    usedMs: isInstant(usedMs) ? usedMs : 0,
    away: isInstant(sinceMs) && isInstant(backMs) && sinceMs < backMs ? { sinceMs, backMs } : null,
  }
}

const isInstant = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const fresh = (away: Away | null, nowMs: number): Away | null =>
  away !== null && nowMs - away.backMs < NEWS_MS ? away : null
