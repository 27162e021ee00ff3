/** From when on a series is kept, where it is not kept for ever. */
import { DAY_MS, type StoredInterval } from '../../core/time/interval.ts'
import { LONGEST_PERIOD, periodAt } from '../../core/time/period.ts'

/** Days for which each interval is kept; what is not named is kept for ever. */
export type Retention = Readonly<Partial<Record<StoredInterval, number>>>

/** The first instant that is kept: whole periods only, so the start of the one in which the last day lies. −Infinity = all. */
export function keptFromMs(
  retention: Retention | undefined,
  interval: StoredInterval,
  nowMs: number,
): number {
  const days = retention?.[interval]
  if (days === undefined) return -Infinity
  return periodAt(LONGEST_PERIOD[interval], nowMs - days * DAY_MS).fromMs
}
