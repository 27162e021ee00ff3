/**
 * Chunks out of chunks: joined, cut, and changed by frames. What comes out is canonical, so a month joined from its
 * days has the bytes, and the name, of the month made from rows.
 */
import { State } from '../candle/columns.ts'
import { gatherColumns } from '../decimal/columns.ts'
import type { DecimalColumn } from '../decimal/decimal.ts'
import { INTERVAL_MS } from '../time/interval.ts'
import { canonicalChunk } from './canonical.ts'
import type { Chunk, Part, PricePart, VolumePart } from './chunk.ts'
import { fail, placesLimit } from './layout.ts'

/**
 * Joins chunks of one part, market and interval whose spans follow each other, given in any order. Derived where one of
 * them is.
 *
 * @throws ChunkError when they do not fit together, or are longer together than a chunk may be
 */
export function combineChunks(chunks: readonly Chunk[]): Chunk {
  const sorted = chunks.toSorted((a, b) => a.startMs - b.startMs)
  const first = sorted[0] ?? fail('no chunk to combine')
  let end = first.startMs
  for (const chunk of sorted) {
    if (chunk.frame !== first.frame) fail('a frame and a chunk do not combine')
    if (chunk.startMs !== end)
      fail(`${new Date(chunk.startMs).toISOString()} does not follow ${new Date(end).toISOString()}`)
    end = endMs(chunk)
  }
  return layer(sorted, first.startMs, end, first.frame)
}

/**
 * What stands after a frame was applied: each place as the frame says, as before where it says `unchanged`. The result
 * spans both; between and beyond them a frame is `unchanged`, a chunk missing. `base` null: nothing stood before.
 *
 * @returns a frame where the base is a frame or null, else a chunk
 * @throws ChunkError when they are not of one part, market and interval, or are longer together than a chunk may be
 */
export function applyFrame(base: Chunk | null, frame: Chunk): Chunk {
  if (!frame.frame) fail('what is applied is no frame')
  if (!base) return canonicalChunk(frame)
  const from = Math.min(base.startMs, frame.startMs)
  const to = Math.max(endMs(base), endMs(frame))
  return layer([base, frame], from, to, base.frame)
}

/**
 * The chunk's places with `fromMs` ≤ start < `toMs`.
 *
 * @throws ChunkError when the chunk has none, or an end is not on the grid
 */
export function cutChunk(chunk: Chunk, fromMs: number, toMs: number): Chunk {
  const step = INTERVAL_MS[chunk.interval]
  if (fromMs % step !== 0 || toMs % step !== 0) fail(`a cut at ${fromMs} to ${toMs} ms is not on the grid`)
  const from = Math.max(fromMs, chunk.startMs)
  const to = Math.min(toMs, endMs(chunk))
  if (from >= to) fail('the chunk has no place in the span that is cut out')
  return layer([chunk], from, to, chunk.frame)
}

/** A chunk of which no place is known; applying frames to it makes the chunk of a period. */
export function missingChunk(
  like: Pick<Chunk, 'part' | 'market' | 'interval' | 'derived'>,
  fromMs: number,
  toMs: number,
): Chunk {
  const { part, market, interval, derived } = like
  const states = new Uint8Array((toMs - fromMs) / INTERVAL_MS[interval])
  const none: DecimalColumn = { kind: 'integer', scale: 0, values: new Float64Array(0) }
  const span = { market, interval, derived, startMs: fromMs, states, frame: false }
  return canonicalChunk<Chunk>(
    part === 'volume'
      ? { part, ...span, volume: none, known: null }
      : { part, ...span, open: none, high: none, low: none, close: none, samples: null, flags: null },
  )
}

/** First instant after the chunk's span. */
export function endMs(chunk: Chunk): number {
  return chunk.startMs + chunk.states.length * INTERVAL_MS[chunk.interval]
}

/** For each place of the span the last layer that says something; layers may reach beyond the span. */
function layer(layers: readonly Chunk[], fromMs: number, toMs: number, frame: boolean): Chunk {
  const { part, market, interval } = layers[0]!
  for (const chunk of layers) {
    if (chunk.part !== part || chunk.market !== market || chunk.interval !== interval)
      fail(
        `${chunk.market} ${chunk.interval} ${chunk.part} does not go together with ${market} ${interval} ${part}`,
      )
  }
  const step = INTERVAL_MS[interval]
  const places = (toMs - fromMs) / step
  if (!Number.isInteger(places)) fail('the spans are not on one grid')
  const limit = placesLimit(interval, frame)
  if (places > limit) fail(`${places} places together, at most ${limit} go into one`)

  const states = new Uint8Array(places).fill(frame ? State.unchanged : State.missing)
  const layerAt = new Uint32Array(places)
  const rowAt = new Uint32Array(places)
  layers.forEach((chunk, index) => {
    const shift = (chunk.startMs - fromMs) / step
    let row = 0
    chunk.states.forEach((state, at) => {
      const place = at + shift
      if (state !== State.unchanged && place >= 0 && place < places) {
        states[place] = state
        layerAt[place] = index
        rowAt[place] = row
      }
      if (state === State.present) row++
    })
  })
  const present = (_: number, place: number) => states[place] === State.present
  const picks = { layers: layerAt.filter(present), rows: rowAt.filter(present) }
  const derived = layers.some((chunk) => chunk.derived)
  return gather(layers, { market, interval, startMs: fromMs, states, frame, derived }, part, picks)
}

/** For each row of the result the layer that it comes from, and its row there. */
interface Picks {
  readonly layers: Uint32Array
  readonly rows: Uint32Array
}

function gather(
  chunks: readonly Chunk[],
  span: Omit<PricePart, 'part' | 'open' | 'high' | 'low' | 'close' | 'samples' | 'flags'>,
  part: Part,
  picks: Picks,
): Chunk {
  if (part === 'price') {
    const parts = chunks.filter((chunk): chunk is PricePart => chunk.part === 'price')
    const sources = parts.map(({ open, high, low, close }) => [open, high, low, close])
    const [open, high, low, close] = gatherColumns(sources, picks.layers, picks.rows)
    return canonicalChunk<PricePart>({
      part,
      ...span,
      open: open!,
      high: high!,
      low: low!,
      close: close!,
      samples: gatherCounts(
        parts.map(({ samples }) => samples),
        picks,
        0,
      ),
      flags: gatherCounts(
        parts.map(({ flags }) => flags),
        picks,
        0,
      ),
    })
  }
  const parts = chunks.filter((chunk): chunk is VolumePart => chunk.part === 'volume')
  const [volume] = gatherColumns(
    parts.map((one) => [one.volume]),
    picks.layers,
    picks.rows,
  )
  const known = gatherCounts(
    parts.map((one) => one.known),
    picks,
    1,
  )
  return canonicalChunk<VolumePart>({
    part,
    ...span,
    volume: volume!,
    known: known && Uint8Array.from(known),
  })
}

function gatherCounts(
  sources: readonly (Uint32Array | Uint8Array | null)[],
  picks: Picks,
  absent: number,
): Uint32Array | null {
  if (sources.every((source) => source === null)) return null
  return picks.layers.map((layerIndex, index) => sources[layerIndex]?.[picks.rows[index]!] ?? absent)
}
