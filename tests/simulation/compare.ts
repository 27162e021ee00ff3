/** Holds the archive against the truth, place by place: lost, invented, altered, and states that the truth does not allow. */
import type { CandleRow } from '../../core/candle/row.ts'
import { compareDecimals } from '../../core/decimal/text.ts'
import { HOUR_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { SLICE_PLACES } from '../../server/archive/grid.ts'
import { presentRows, type Span } from '../../server/archive/span.ts'
import type { Reason } from '../../server/archive/place.ts'

export interface Differences {
  /** Candles compared. */
  candles: number
  /** In the truth and not in the archive. */
  readonly lost: string[]
  /** In the archive and not in the truth, or absent for a reason that is not the true one. */
  readonly invented: string[]
  /** In both, with other values. */
  readonly altered: string[]
}

export interface Compared {
  readonly name: string
  readonly interval: StoredInterval
  readonly span: Span
  readonly truth: readonly CandleRow[]
  /** Whether nothing at all was traded at the source's followed markets in the bucket. */
  readonly isSilent: (startMs: number) => boolean
  /** Start of the first candle of all; before it nothing can be known. */
  readonly firstMs: number
}

const OUTAGE_MS = 5 * MINUTE_MS
const LONGEST_EMPTY_MS = 6 * HOUR_MS

export function noDifferences(): Differences {
  return { candles: 0, lost: [], invented: [], altered: [] }
}

export function compare(
  { name, interval, span, truth, isSilent, firstMs }: Compared,
  found: Differences,
): void {
  const step = INTERVAL_MS[interval]
  const fromMs = span.fromMinute * MINUTE_MS
  const wanted = new Map(truth.map((row) => [row.startMs, row]))
  const at = (startMs: number) => `${name} ${interval} ${new Date(startMs).toISOString()}`
  span.candles.forEach((candle, i) => {
    const startMs = fromMs + i * step
    const real = wanted.get(startMs)
    if (real) found.candles++
    if (real && !candle) found.lost.push(`${at(startMs)} (${span.places[i]?.reason ?? 'open'})`)
    else if (!real && candle) found.invented.push(`${at(startMs)} ${JSON.stringify(candle)}`)
    else if (real && candle && !isSame(real, candle))
      found.altered.push(`${at(startMs)} ${JSON.stringify(candle)} for ${JSON.stringify(real)}`)
  })
  for (const [from, to] of absences(span)) {
    for (let i = from; i < to; i++) {
      const startMs = fromMs + i * step
      if (wanted.has(startMs)) continue
      const said: Reason | 'open' = span.places[i]?.reason ?? 'open'
      // An answer that is empty as a whole is no reading, so of a slice without a trade nothing is ever confirmed.
      if (said === 'silent' && isWithin(fromMs + from * step, fromMs + to * step, sliceAround(startMs, step)))
        continue
      const real = reasonOf(startMs, step, (to - from) * step, firstMs, isSilent)
      if (!real.includes(said))
        found.invented.push(`${at(startMs)} is ${said}, in truth ${real.join(' or ')}`)
    }
  }
}

/** Of a market that is no longer traded: what was there is still there, and nothing else but the truth has come. */
export function compareEnded(compared: Compared, before: readonly CandleRow[], found: Differences): void {
  const starts = new Set(before.map(({ startMs }) => startMs))
  const { span } = compared
  const held = new Set(presentRows(span).map(({ startMs }) => startMs))
  // What was not read before the end cannot be had any more.
  const truth = compared.truth.filter(({ startMs }) => starts.has(startMs) || held.has(startMs))
  const only = { ...span, places: span.places.map(() => undefined) }
  const own = noDifferences()
  compare({ ...compared, truth, span: only }, own)
  found.candles += own.candles
  found.lost.push(...own.lost)
  found.altered.push(...own.altered)
  found.invented.push(...own.invented.filter((line) => line.includes('{')))
}

/** Runs of places without a candle. */
function absences({ candles }: Span): [number, number][] {
  const runs: [number, number][] = []
  for (let i = 0; i < candles.length; i++) {
    if (candles[i]) continue
    const from = i
    while (i < candles.length && !candles[i]) i++
    runs.push([from, i])
  }
  return runs
}

function sliceAround(startMs: number, step: number): readonly [number, number] {
  const fromMs = Math.floor(startMs / (SLICE_PLACES * step)) * SLICE_PLACES * step
  return [fromMs, fromMs + SLICE_PLACES * step]
}

function isWithin(
  fromMs: number,
  toMs: number,
  [sliceFromMs, sliceToMs]: readonly [number, number],
): boolean {
  return fromMs <= sliceFromMs && sliceToMs <= toMs
}

/** What a place without a trade may be called. */
function reasonOf(
  startMs: number,
  step: number,
  holeMs: number,
  firstMs: number,
  isSilent: (startMs: number) => boolean,
): (Reason | 'open')[] {
  if (startMs < firstMs) return ['beyond', 'silent', 'open', 'empty', 'hole']
  let silentMs = 0
  for (let ms = startMs; isSilent(ms); ms -= step) silentMs += step
  for (let ms = startMs + step; silentMs > 0 && isSilent(ms); ms += step) silentMs += step
  if (silentMs >= OUTAGE_MS) return ['outage']
  // A chunk keeps no other word for a hole than "missing".
  return holeMs > LONGEST_EMPTY_MS ? ['hole', 'open'] : ['empty']
}

function isSame(a: CandleRow, b: CandleRow): boolean {
  const isEqual = (x: string | null, y: string | null) =>
    x === null || y === null ? x === y : compareDecimals(x, y) === 0
  return (
    isEqual(a.open, b.open) &&
    isEqual(a.high, b.high) &&
    isEqual(a.low, b.low) &&
    isEqual(a.close, b.close) &&
    isEqual(a.volume, b.volume)
  )
}
