/**
 * Judges anew what confirmed absences are, wherever a reading changed what lies around them: in the market's own
 * neighbourhood, and at the source's other markets where its pulse changed. So the order of readings makes no difference.
 */
import { sql } from 'drizzle-orm'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { rows, type Transaction } from '../db/database.ts'
import { classify, LONGEST_EMPTY_MS, outages, type Pulse, type Stretch } from './absence.ts'
import { codeOf, minuteOf, msOf, SLICE_PLACES, stepOf } from './grid.ts'
import type { Judgement } from './judge.ts'
import type { KeyedMarket } from './markets.ts'
import { isConfirmed, stateOf, type AbsentPlace } from './place.ts'
import {
  pulseOf,
  readPulseAround,
  withMarket,
  writePulse,
  type FirstMinutes,
  type PulseSlices,
} from './pulse.ts'
import type { Slice } from './slice.ts'
import { readSpan, type SeriesKey, type Span } from './span.ts'
import type { Reading } from './types.ts'
import type { PlaceChange } from './write.ts'

/** Changed absences of one series. */
export interface SeriesChanges {
  readonly key: SeriesKey
  readonly changes: readonly PlaceChange[]
}

/**
 * Updates the source's pulse by the reading, and looks again at every absence that this may concern.
 *
 * @param known the slice before the reading
 * @returns changes of the market's own absences, those of the judgement among them, and of other markets'
 */
export async function reclassify(
  tx: Transaction,
  market: KeyedMarket,
  reading: Reading,
  known: Slice,
  judgement: Judgement,
): Promise<readonly SeriesChanges[]> {
  const before = known.span
  const key: SeriesKey = { market: market.key, interval: reading.interval }
  const begun = beginning(key, known, judgement)
  const slice = withJudgement(before, judgement)
  const near = await neighbourhood(tx, key, slice, begun)
  const around = begun.isApart
    ? await readPulseAround(tx, market.source, key, begun.from, begun.to)
    : { slices: [], firsts: [] }
  const pulses = await updatePulse(
    tx,
    market,
    reading,
    new Map([...known.pulse, ...around.slices]),
    new Map([...known.firsts, ...around.firsts]),
    judgement,
  )
  const changes = changesOf(near, pulses.after, pulses.firsts.get(key.market), (minute) =>
    isInside(minute, before) ? placeAt(before, minute) : placeAt(near, minute),
  )
  if (begun.isApart) changes.push(...(await changesAround(tx, key, begun, pulses)))
  // What the judgement alone changed (one more reading, say) is written as well.
  const classed = new Set(changes.map(({ minute }) => minute))
  for (const [startMs, place] of judgement.places) {
    const minute = minuteOf(startMs)
    if (classed.has(minute)) continue
    changes.push({ minute, place, isVisible: stateOf(placeAt(before, minute)) !== stateOf(place) })
  }
  return [
    { key, changes },
    ...(await lookAtOthers(tx, market, key, minuteOf(reading.fromMs), minuteOf(reading.readToMs), pulses)),
    ...(await lookAtOthers(tx, market, key, begun.from, begun.to, pulses)),
  ]
}

/** Minutes that were before the series' first candle and are no more, though no part of the slice. May be none. */
interface Begun {
  readonly from: number
  readonly to: number
  /** The slice and these do not touch. */
  readonly isApart: boolean
}

/** A first candle older than the one so far turns what was before that one, as far as it was read, into absences like others. */
function beginning(key: SeriesKey, { span, firsts }: Slice, { added }: Judgement): Begun {
  const first = firsts.get(key.market)
  if (first === undefined || first < span.toMinute || added.length === 0)
    return { from: span.toMinute, to: span.toMinute, isApart: false }
  const length = SLICE_PLACES * stepOf(key.interval)
  const from = Math.floor(first / length) * length
  return { from, to: first, isApart: from > span.toMinute && from < first }
}

/** Confirmed absences of the span that are something else than they are called. */
function changesOf(
  span: Span,
  pulse: Pulse,
  first: number | undefined,
  before: (minute: number) => AbsentPlace | undefined,
): PlaceChange[] {
  if (!span.places.some(isConfirmed)) return []
  return [...classify(stretchOf(span, first), pulse)].map(([i, reason]) => {
    const minute = span.fromMinute + i * stepOf(span.interval)
    const place: AbsentPlace = { ...span.places[i]!, reason }
    return { minute, place, isVisible: stateOf(before(minute)) !== stateOf(place) }
  })
}

function stretchOf(span: Span, first = Infinity): Stretch {
  return {
    interval: span.interval,
    fromMs: msOf(span.fromMinute),
    firstMs: msOf(first),
    present: span.candles.map((candle) => candle !== undefined),
    places: span.places,
  }
}

function placeAt(span: Span, minute: number): AbsentPlace | undefined {
  return span.places[(minute - span.fromMinute) / stepOf(span.interval)]
}

function isInside(minute: number, { fromMinute, toMinute }: Span): boolean {
  return minute >= fromMinute && minute < toMinute
}

/** The slice as it is after the reading. */
function withJudgement(span: Span, { added, places }: Judgement): Span {
  const step = stepOf(span.interval)
  const after: Span = { ...span, candles: [...span.candles], places: [...span.places] }
  const at = (ms: number) => (minuteOf(ms) - span.fromMinute) / step
  for (const [startMs, place] of places) after.places[at(startMs)] = place
  for (const row of added) {
    after.candles[at(row.startMs)] = row
    after.places[at(row.startMs)] = undefined
  }
  return after
}

/**
 * The span, with as much on either side as a hole that reaches its edge could take before it is too long, and with what
 * ceases to be before the first candle.
 */
async function neighbourhood(tx: Transaction, key: SeriesKey, span: Span, begun: Begun): Promise<Span> {
  const margin = marginOf(span)
  const isAbsent = (i: number) => !span.candles[i] && span.places[i] !== undefined
  const before = isAbsent(0) ? await readSpan(tx, key, span.fromMinute - margin, span.fromMinute) : null
  const reach = Math.max(
    isAbsent(span.places.length - 1) ? margin : 0,
    begun.from === span.toMinute ? begun.to - span.toMinute : 0,
  )
  const after = reach > 0 ? await readSpan(tx, key, span.toMinute, span.toMinute + reach) : null
  return {
    interval: span.interval,
    fromMinute: before?.fromMinute ?? span.fromMinute,
    toMinute: after?.toMinute ?? span.toMinute,
    candles: [...(before?.candles ?? []), ...span.candles, ...(after?.candles ?? [])],
    places: [...(before?.places ?? []), ...span.places, ...(after?.places ?? [])],
  }
}

function marginOf({ interval }: Pick<Span, 'interval'>): number {
  return Math.ceil(LONGEST_EMPTY_MS / INTERVAL_MS[interval]) * stepOf(interval)
}

/** The market's own absences of a stretch that the slice does not touch. */
async function changesAround(
  tx: Transaction,
  key: SeriesKey,
  { from, to }: Begun,
  { after, firsts }: Pulses,
): Promise<PlaceChange[]> {
  const span = await readSpan(tx, key, from, to + marginOf(key))
  return changesOf(span, after, firsts.get(key.market), (minute) => placeAt(span, minute))
}

interface Pulses {
  readonly before: Pulse
  readonly after: Pulse
  readonly slices: PulseSlices
  /** Where the series begin, the reading among them. */
  readonly firsts: FirstMinutes
}

/** Enters the reading's candles into the source's pulse. */
async function updatePulse(
  tx: Transaction,
  market: KeyedMarket,
  { interval, fromMs, rows: read }: Reading,
  known: PulseSlices,
  firstsBefore: FirstMinutes,
  { added }: Judgement,
): Promise<Pulses> {
  const from = minuteOf(fromMs)
  const step = stepOf(interval)
  const first = Math.min(
    firstsBefore.get(market.key) ?? Infinity,
    ...added.slice(0, 1).map((row) => minuteOf(row.startMs)),
  )
  const firsts = first < Infinity ? new Map(firstsBefore).set(market.key, first) : firstsBefore
  const before = pulseOf(known, interval, firstsBefore)
  const was = known.get(from)
  const news = was?.markets.has(market.key) ? added : read
  const places = news.map((row) => (minuteOf(row.startMs) - from) / step)
  const is = read.length === 0 ? was : withMarket(was, market.key, places, from, firsts)
  if (is !== undefined && is !== was) await writePulse(tx, market.source, interval, from, is)
  const slices = is === undefined ? known : new Map(known).set(from, is)
  return { before, after: pulseOf(slices, interval, firsts), slices, firsts }
}

/** Absences of the source's other markets that are something else now that its pulse is another. */
async function lookAtOthers(
  tx: Transaction,
  { source }: KeyedMarket,
  key: SeriesKey,
  from: number,
  to: number,
  pulses: Pulses,
): Promise<SeriesChanges[]> {
  const { interval } = key
  const { after } = pulses
  const length = SLICE_PLACES * stepOf(interval)
  const slice = Math.floor(from / length) * length
  const minutes = from < to && pulses.slices.has(slice) ? turned(interval, from, to, pulses) : []
  if (minutes.length === 0) return []
  const [first, last] = [minutes[0]!, minutes.at(-1)!]
  const margin = marginOf(key)
  const others = await rows<{ market: number; first: number | null }>(
    tx,
    sql`SELECT read.market, s.first_minute AS first FROM coverage read JOIN market m ON m.key = read.market
      LEFT JOIN series s ON s.market = read.market AND s.interval = read.interval
      WHERE m.source = ${source} AND read.interval = ${codeOf(interval)} AND read.from_minute = ${slice}
        AND read.readings > 0 AND read.market <> ${key.market} AND (
        EXISTS (SELECT 1 FROM place p WHERE p.market = read.market AND p.interval = ${codeOf(interval)}
          AND p.minute >= ${first} AND p.minute <= ${last} AND p.reason IN ('empty', 'outage'))
        OR EXISTS (SELECT 1 FROM chunk c WHERE c.market = read.market AND c.interval = ${codeOf(interval)}
          AND NOT c.removed AND c.to_minute > ${first} AND c.from_minute <= ${last}))`,
  )
  const found: SeriesChanges[] = []
  for (const { market, first: begunAt } of others) {
    const span = await readSpan(tx, { market, interval }, first - margin, last + margin + stepOf(interval))
    const changes = changesOf(span, after, begunAt ?? undefined, (minute) => placeAt(span, minute))
    if (changes.length > 0) found.push({ key: { market, interval }, changes })
  }
  return found
}

/** Minutes of the stretch, and shortly before it, that became part of an outage or ceased to be. */
function turned(
  interval: StoredInterval,
  fromMinute: number,
  toMinute: number,
  { before, after }: Pulses,
): number[] {
  const from = fromMinute - 5 * stepOf(interval)
  const length = (toMinute - from) / stepOf(interval)
  const was = outages(interval, msOf(from), length, before)
  return [...outages(interval, msOf(from), length, after)].flatMap((is, i) =>
    is === was[i] ? [] : [from + i * stepOf(interval)],
  )
}
