/**
 * What a device wants to keep, by its packs: days whole, hours of two years, minutes of so many days.
 * Pure: rows in, rows out.
 */
import type { MarketId } from '../../../core/market.ts'
import { DAY_MS, type StoredInterval } from '../../../core/time/interval.ts'
import { LONGEST_PERIOD, periodAt } from '../../../core/time/period.ts'
import type { ManifestRow, PackRow } from './records.ts'

export const HOUR_YEARS = 2
export const MINUTE_DAYS = 30

/** Minutes wanted of each market; absent = the default. */
export type Depths = ReadonlyMap<MarketId, number>

export const depthsOf = (rows: readonly PackRow[]): Depths =>
  new Map(rows.map((row) => [row.market, row.minuteDays]))

/** The instant from which a market's interval is wanted. */
function wantedFrom(interval: StoredInterval, minuteDays: number, nowMs: number): number {
  if (interval === '1d') return -Infinity
  return nowMs - (interval === '1h' ? HOUR_YEARS * 365 : minuteDays) * DAY_MS
}

/** Whether the pack asks for this period. Volume is in no pack yet: no view shows it. */
export function isWanted(
  row: Pick<ManifestRow, 'market' | 'interval' | 'part' | 'toMs'>,
  depths: Depths,
  nowMs: number,
): boolean {
  return (
    row.part === 'price' && row.toMs > wantedFrom(row.interval, depths.get(row.market) ?? MINUTE_DAYS, nowMs)
  )
}

/** Whether bytes that are here stay: days stay as long as their month, so that it can be made of them. */
export function isKept(
  row: Pick<ManifestRow, 'market' | 'interval' | 'part' | 'fromMs'>,
  depths: Depths,
  nowMs: number,
): boolean {
  const { toMs } = periodAt(LONGEST_PERIOD[row.interval], row.fromMs)
  return isWanted({ ...row, toMs }, depths, nowMs)
}

/** Rank of an interval in the order of downloads: what the first screen needs and what is small comes first. */
const RANK: Readonly<Record<StoredInterval, number>> = { '1d': 0, '1h': 1, '1m': 2 }

/** The lines whose chunk is wanted and not here, in the order in which to fetch them: small series first, newest first. */
export function missingChunks(rows: readonly ManifestRow[], depths: Depths, nowMs: number): ManifestRow[] {
  return rows
    .filter((row) => row.sha256 !== null && row.held !== row.sha256 && isWanted(row, depths, nowMs))
    .sort((a, b) => RANK[a.interval] - RANK[b.interval] || b.toMs - a.toMs)
}
