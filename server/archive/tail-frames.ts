/** The frames of one series of a tail, out of what the database says changed, or out of earlier frames and that. Pure. */
import { State } from '../../core/candle/columns.ts'
import type { Chunk } from '../../core/chunk/chunk.ts'
import { applyFrame, cutChunk, endMs } from '../../core/chunk/combine.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { minuteOf, msOf, stepOf } from './grid.ts'
import type { KeyedMarket } from './markets.ts'
import { readCandles } from './span.ts'

/** A series, and from where on its places belong into the tail. */
export interface TailSpan {
  readonly market: KeyedMarket
  readonly interval: StoredInterval
  readonly fromMinute: number
}

/** What changed in a series, as text; `states` are minute and state of absent places. */
export interface ChangesText {
  readonly candles: string | null
  readonly states: string | null
}

interface Frame {
  readonly chunk: Chunk
  readonly bytes: Uint8Array
}

export interface Frames {
  readonly price: Frame
  readonly volume: Frame
}

/** Frames as they are after the changes; null when nothing is in them. */
export function framesAfter(before: Frames | null, span: TailSpan, text: ChangesText | null): Frames | null {
  const changes = text && partsOf(span, text)
  const price = frameAfter(before?.price, changes?.price, span)
  const volume = frameAfter(before?.volume, changes?.volume, span)
  return price && volume && { price, volume }
}

function frameAfter(before: Frame | undefined, changes: Chunk | undefined, span: TailSpan): Frame | null {
  const kept = before && from(before.chunk, msOf(span.fromMinute))
  if (before && kept === before.chunk && !changes) return before
  const chunk = changes ? applyFrame(kept ?? null, changes) : kept
  return chunk ? { chunk, bytes: encodeChunk(chunk) } : null
}

/** What the frame says from an instant on, from the first place that says anything; null when none does. */
function from(frame: Chunk, fromMs: number): Chunk | null {
  if (fromMs <= frame.startMs) return frame
  const step = INTERVAL_MS[frame.interval]
  const first = frame.states.findIndex(
    (state, i) => i * step + frame.startMs >= fromMs && state !== State.unchanged,
  )
  return first < 0 ? null : cutChunk(frame, frame.startMs + first * step, endMs(frame))
}

/** From the first changed place to the last one; `unchanged` in between. */
function partsOf({ market, interval, fromMinute }: TailSpan, text: ChangesText) {
  const candles = readCandles(text.candles).filter(({ startMs }) => minuteOf(startMs) >= fromMinute)
  const states = readStates(text.states).filter(([minute]) => minute >= fromMinute)
  if (candles.length === 0 && states.length === 0) return null
  let first = candles[0] ? minuteOf(candles[0].startMs) : Infinity
  let last = candles.length > 0 ? minuteOf(candles.at(-1)!.startMs) : -Infinity
  for (const [minute] of states) {
    first = Math.min(first, minute)
    last = Math.max(last, minute)
  }
  const step = stepOf(interval)
  const grid = new Uint8Array((last - first) / step + 1).fill(State.unchanged)
  for (const [minute, state] of states) grid[(minute - first) / step] = state
  for (const { startMs } of candles) grid[(minuteOf(startMs) - first) / step] = State.present
  return partsFromRows({
    market: market.id,
    interval,
    startMs: msOf(first),
    states: grid,
    rows: candles,
    derived: false,
    frame: true,
  })
}

function readStates(text: string | null): [number, number][] {
  return text === null ? [] : text.split(';').map((pair) => pair.split(',').map(Number) as [number, number])
}
