/**
 * What a device wants to keep, by its packs: days whole, hours of so many years, minutes of so many days, and single periods
 * that somebody picked. Pure: rows in, rows out.
 */
import type { MarketId } from '../../../core/market.ts'
import { DAY_MS, type StoredInterval } from '../../../core/time/interval.ts'
import { LONGEST_PERIOD, parsePeriod, periodAt } from '../../../core/time/period.ts'
import type { ManifestRow, PackRow, PickedPeriod } from './records.ts'

/** How far back a pack goes. Days are kept whole. */
export interface PackDepth {
  /** `ALL_YEARS` = all there are, 0 = none. */
  readonly hourYears: number
  /** `ALL_DAYS` = all there are, 0 = none. */
  readonly minuteDays: number
}

export const ALL_DAYS = 36_500
export const ALL_YEARS = 100
export const DEFAULT_DEPTH: PackDepth = { hourYears: 2, minuteDays: 30 }

/** Everything asked of a market's pack. */
export interface PackWish extends PackDepth {
  readonly picked: readonly PickedPeriod[]
  /** Nothing is fetched for it until somebody resumes it. */
  readonly paused: boolean
  /** With the volumes of what is kept. */
  readonly volume: boolean
}

const DEFAULT_WISH: PackWish = {
  ...DEFAULT_DEPTH,
  picked: [],
  paused: false,
  volume: false,
}

/** What is wanted of each market; absent = the default. */
export type Wishes = ReadonlyMap<MarketId, PackWish>

export const wishesOf = (rows: readonly PackRow[]): Wishes =>
  new Map(rows.map((row) => [row.market, wishOf(row)]))

/** @param row as stored, perhaps by an earlier version of the app; undefined = nothing was chosen */
export function wishOf(row: PackRow | undefined): PackWish {
  if (!row) return DEFAULT_WISH
  const { hourYears = DEFAULT_DEPTH.hourYears, minuteDays, picked = [], paused = false, volume = false } = row
  return { hourYears, minuteDays, picked, paused, volume }
}

/** A change that the packs of several markets need alike. */
export interface Deepening {
  readonly markets: readonly MarketId[]
  readonly change: Partial<PackWish>
}

/**
 * What packs need for minutes of so many days at least, hours beside them, and no pause. None of them is made shallower, and
 * those that need nothing are left out.
 */
export function deepenings(
  packs: readonly (PackWish & { readonly market: MarketId })[],
  minuteDays: number,
): Deepening[] {
  const groups = new Map<string, { markets: MarketId[]; change: Partial<PackWish> }>()
  for (const pack of packs) {
    const lacksMinutes = pack.minuteDays < minuteDays
    const lacksHours = pack.hourYears === 0
    if (!lacksMinutes && !lacksHours && !pack.paused) continue
    const change = {
      ...(lacksMinutes ? { minuteDays } : {}),
      ...(lacksHours ? { hourYears: DEFAULT_DEPTH.hourYears } : {}),
      paused: false,
    }
    const key = JSON.stringify(change)
    const group = groups.get(key)
    if (group) group.markets.push(pack.market)
    else groups.set(key, { markets: [pack.market], change })
  }
  return [...groups.values()]
}

/** The instant from which a market's interval is wanted. */
function wantedFrom(interval: StoredInterval, { hourYears, minuteDays }: PackDepth, nowMs: number): number {
  if (interval === '1d') return -Infinity
  const days = interval === '1h' ? hourYears * 365 : minuteDays
  return days === 0 ? Infinity : nowMs - days * DAY_MS
}

type Line = Pick<ManifestRow, 'market' | 'interval' | 'part' | 'fromMs' | 'toMs'>

/** Whether the pack asks for this period; volumes only where somebody wants to see them. */
export function isWanted(row: Line, wishes: Wishes, nowMs: number): boolean {
  const wish = wishes.get(row.market) ?? DEFAULT_WISH
  if (row.part === 'volume' && !wish.volume) return false
  return row.toMs > wantedFrom(row.interval, wish, nowMs) || isPicked(row, wish.picked)
}

/** Whether bytes that are here stay: days stay as long as their month, so that it can be made of them. */
export function isKept(row: Line, wishes: Wishes, nowMs: number): boolean {
  const { toMs } = periodAt(LONGEST_PERIOD[row.interval], row.fromMs)
  return isWanted({ ...row, toMs: Math.max(row.toMs, toMs) }, wishes, nowMs)
}

function isPicked(row: Line, picked: readonly PickedPeriod[]): boolean {
  return picked.some(({ interval, period }) => {
    if (interval !== row.interval) return false
    const { fromMs, toMs } = parsePeriod(period)
    return row.fromMs < toMs && fromMs < row.toMs
  })
}

/** Rank of an interval in the order of downloads: what the first screen needs and what is small comes first. */
const RANK: Readonly<Record<StoredInterval, number>> = { '1d': 0, '1h': 1, '1m': 2 }

/** Whether a line's chunk is wanted, not here, and may be fetched now. */
export function isDue(row: ManifestRow, wishes: Wishes, nowMs: number): boolean {
  return (
    row.sha256 !== null &&
    row.held !== row.sha256 &&
    wishes.get(row.market)?.paused !== true &&
    isWanted(row, wishes, nowMs)
  )
}

/** The lines whose chunk is to be fetched, in the order in which to fetch them: small series first, newest first. */
export function missingChunks(rows: readonly ManifestRow[], wishes: Wishes, nowMs: number): ManifestRow[] {
  return rows
    .filter((row) => isDue(row, wishes, nowMs))
    .sort((a, b) => RANK[a.interval] - RANK[b.interval] || b.toMs - a.toMs)
}
