/**
 * Instants as people and programs read them on every border: ISO 8601 in UTC, whole seconds.
 */

/** `2024-03-01T00:00:00Z`; what is below the second is cut off. */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
