/**
 * Judges one answer of a source against what is known of its slice: which candles are new or revised, which absences
 * count. Pure. Whether a confirmed absence is empty or an outage is judged apart, in `absence.ts`.
 */
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { compareDecimals } from '../../core/decimal/text.ts'
import { INTERVAL_MS, MINUTE_MS, floorTo } from '../../core/time/interval.ts'
import { isConfirmed, isOpen, type AbsentPlace } from './place.ts'
import type { Reading } from './types.ts'

/** How a slice stands: the numbers of its coverage. Times in ms; all zero and `fromMs` when it was never read. */
export interface SliceState {
  readonly readToMs: number
  readonly settledToMs: number
  readonly readings: number
  readonly silences: number
  readonly lastReadMs: number
}

export interface KnownSlice {
  readonly candles: ReadonlyMap<number, CandleRow>
  readonly places: ReadonlyMap<number, AbsentPlace>
  readonly slice: SliceState
}

export interface Judgement {
  readonly added: readonly CandleRow[]
  readonly revised: readonly CandleRow[]
  /** Absent places whose knowledge changed, by start; confirmed ones stand as `empty` until looked at. */
  readonly places: ReadonlyMap<number, AbsentPlace>
  readonly slice: SliceState
  /** Places below `readToMs` still to be asked for. */
  readonly open: number
}

/** Readings of one absence count when they are this far apart. */
const APART_MS = MINUTE_MS

/**
 * A wholly empty answer is no reading: sources give such answers by mistake, some one time in five. So many of them,
 * after settling, for a slice of which no candle is known, are taken as the source having nothing: missing, not empty.
 */
export const SILENCES = 6

/**
 * @param settlingMs how long after its close a candle of this interval may still change
 */
export function judge(reading: Reading, known: KnownSlice, settlingMs: number): Judgement {
  const honest = reading.rows.length > 0 || reading.refused.length > 0 || reading.sampled === 'here'
  const slice = reading.isDoubtful
    ? known.slice
    : honest
      ? readSlice(reading, known.slice, settlingMs)
      : silentSlice(reading, known, settlingMs)
  const { added, revised } = judgeRows(reading.rows, known.candles)
  const present = new Set(reading.rows.map((row) => row.startMs))
  const places = reading.isDoubtful
    ? new Map<number, AbsentPlace>()
    : honest
      ? judgeAbsences(reading, known, present, settlingMs)
      : judgeSilence(reading, known, slice, settlingMs)
  const open = countOpen(reading, slice, (startMs) =>
    present.has(startMs) || known.candles.has(startMs)
      ? false
      : isOpen(places.get(startMs) ?? known.places.get(startMs)),
  )
  return { added, revised, places, slice, open }
}

function judgeRows(rows: readonly CandleRow[], known: ReadonlyMap<number, CandleRow>) {
  const added: CandleRow[] = []
  const revised: CandleRow[] = []
  for (const row of rows) {
    const before = known.get(row.startMs)
    if (!before) added.push(row)
    else {
      const after = revise(before, row)
      if (after) revised.push(after)
    }
  }
  return { added, revised }
}

/** The candle that replaces `before`, or null when the source says the same again. */
export function revise(before: CandleRow, row: CandleRow): CandleRow | null {
  const wasImported = ((before.flags ?? 0) & Flag.imported) !== 0
  // Sources thin their history out: what was made of more samples stays.
  if (!wasImported && (row.samples ?? 0) < (before.samples ?? 0)) return null
  // A volume once known is not forgotten because an answer leaves it out.
  const volume = row.volume ?? before.volume
  const differs =
    (row.samples ?? 0) !== (before.samples ?? 0) ||
    compareDecimals(row.open, before.open) !== 0 ||
    compareDecimals(row.high, before.high) !== 0 ||
    compareDecimals(row.low, before.low) !== 0 ||
    compareDecimals(row.close, before.close) !== 0 ||
    (volume !== before.volume &&
      (volume === null || before.volume === null || compareDecimals(volume, before.volume) !== 0))
  if (!differs && !wasImported) return null
  const flags = ((before.flags ?? 0) & ~Flag.imported) | (row.flags ?? 0) | (differs ? Flag.revised : 0)
  return { ...row, volume, flags }
}

function judgeAbsences(
  reading: Reading,
  known: KnownSlice,
  present: ReadonlySet<number>,
  settlingMs: number,
): Map<number, AbsentPlace> {
  const step = INTERVAL_MS[reading.interval]
  const refused = refusedPlaces(reading)
  const places = new Map<number, AbsentPlace>()
  for (let startMs = reading.fromMs; startMs < reading.readToMs; startMs += step) {
    if (present.has(startMs) || known.candles.has(startMs)) continue
    const before = known.places.get(startMs)
    if (startMs < (reading.reachMs ?? 0)) {
      if (isOpen(before)) places.set(startMs, beyond(before, reading.readAtMs))
      continue
    }
    const isSettled = reading.readAtMs >= startMs + step + settlingMs
    const isRefused =
      refused === 'any' ? !isConfirmed(before) && before?.reason !== 'beyond' : refused.has(startMs)
    const after = isRefused
      ? refuse(before, reading.readAtMs, isSettled)
      : countAbsence(before, reading, isSettled)
    if (after !== before) places.set(startMs, after!)
  }
  return places
}

/** The places to which refused rows belong; `any` where one of them does not tell, so that it may be every absent one. */
function refusedPlaces({ interval, fromMs, toMs, refused }: Reading): ReadonlySet<number> | 'any' {
  const places = new Set<number>()
  for (const { startMs } of refused) {
    if (startMs === null || startMs < fromMs || startMs >= toMs) return 'any'
    places.add(floorTo(interval, startMs))
  }
  return places
}

/** One more honest reading without the bucket; confirmed by the second one if that came after settling. */
function countAbsence(
  before: AbsentPlace | undefined,
  { readAtMs, sampled }: Reading,
  isSettled: boolean,
): AbsentPlace | undefined {
  if (isConfirmed(before) || before?.reason === 'beyond' || before?.reason === 'unsampled') return before
  if (before?.reason === 'refused' && !isOpen(before)) return before
  if (before && before.readings > 0 && readAtMs - before.lastReadMs < APART_MS) return before
  const readings = (before && before.reason !== 'refused' ? before.readings : 0) + 1
  const confirmed = sampled ? 'unsampled' : 'empty'
  return { reason: readings >= 2 && isSettled ? confirmed : null, readings, lastReadMs: readAtMs }
}

/** The source cannot be asked for it any more: what it once gave that broke the rules was its last word. */
function beyond(before: AbsentPlace | undefined, readAtMs: number): AbsentPlace {
  return { reason: before?.reason === 'refused' ? 'refused' : 'beyond', readings: 2, lastReadMs: readAtMs }
}

/** What the source gave for the place broke the rules; after settling and a second time that is the last word. */
function refuse(
  before: AbsentPlace | undefined,
  readAtMs: number,
  isSettled: boolean,
): AbsentPlace | undefined {
  const again = before?.reason === 'refused'
  if (again && readAtMs - before.lastReadMs < APART_MS) return before
  return { reason: 'refused', readings: again && isSettled ? before.readings + 1 : 1, lastReadMs: readAtMs }
}

function judgeSilence(
  reading: Reading,
  known: KnownSlice,
  slice: SliceState,
  settlingMs: number,
): Map<number, AbsentPlace> {
  const places = new Map<number, AbsentPlace>()
  if (!isSilent(known, slice)) return places
  const step = INTERVAL_MS[reading.interval]
  for (let startMs = reading.fromMs; startMs < slice.settledToMs; startMs += step) {
    const before = known.places.get(startMs)
    if (before?.reason || reading.readAtMs < startMs + step + settlingMs) continue
    places.set(startMs, {
      reason: 'silent',
      readings: before?.readings ?? 0,
      lastReadMs: before?.lastReadMs ?? 0,
    })
  }
  return places
}

/** Silence is believed only where no candle is known. */
function isSilent(known: KnownSlice, { silences }: Pick<SliceState, 'silences'>): boolean {
  return silences >= SILENCES && known.candles.size === 0
}

function readSlice(reading: Reading, before: SliceState, settlingMs: number): SliceState {
  const isApart = before.readings === 0 || reading.readAtMs - before.lastReadMs >= APART_MS
  return {
    ...reach(reading, before, settlingMs),
    readings: before.readings + (isApart ? 1 : 0),
    silences: before.silences,
    lastReadMs: reading.readAtMs,
  }
}

function silentSlice(reading: Reading, known: KnownSlice, settlingMs: number): SliceState {
  const before = known.slice
  const isApart = before.silences === 0 || reading.readAtMs - before.lastReadMs >= APART_MS
  const silences = before.silences + (isApart ? 1 : 0)
  const reached = isSilent(known, { silences }) ? reach(reading, before, settlingMs) : before
  return {
    readToMs: reached.readToMs,
    settledToMs: reached.settledToMs,
    readings: before.readings,
    silences,
    lastReadMs: reading.readAtMs,
  }
}

function reach({ interval, readToMs, readAtMs }: Reading, before: SliceState, settlingMs: number) {
  const step = INTERVAL_MS[interval]
  const settled = Math.floor((readAtMs - settlingMs) / step) * step
  return {
    readToMs: Math.max(before.readToMs, readToMs),
    settledToMs: Math.max(before.settledToMs, Math.min(readToMs, settled)),
  }
}

function countOpen(
  { interval, fromMs }: Reading,
  { readToMs }: SliceState,
  isOpenAt: (startMs: number) => boolean,
): number {
  let open = 0
  for (let startMs = fromMs; startMs < readToMs; startMs += INTERVAL_MS[interval])
    if (isOpenAt(startMs)) open++
  return open
}
