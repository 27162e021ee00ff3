/** Instants in query parameters, bodies and options: ISO 8601, UTC where no zone is given. */
import { readTime } from './csv/time.ts'

/** What `parseInstant` accepts, in words. */
export const INSTANT_ACCEPTED = 'ISO 8601, for example 2024-03-01 or 2024-03-01T12:00:00Z'

/** Unix milliseconds; null when the text is no such time. */
export function parseInstant(text: string): number | null {
  const time = readTime(text)
  return time?.notation === 'ISO 8601' ? Math.floor(time.ms) : null
}
