/** What of each series lies on the device: bytes, span, and how many places are present, empty or missing. */
import { isMissing, State } from '../../core/candle/columns.ts'
import { readHeader, readStates } from '../../core/chunk/layout.ts'
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { piecesOf } from '../lib/store/series.ts'
import type { StoredSeries } from './api.ts'

const ALWAYS = { fromMs: -Infinity, toMs: Infinity }

/** Every market and stored interval, in the server's order of markets. */
export async function storedSeries(store: Store): Promise<StoredSeries[]> {
  const markets = (await store.markets.toArray()).sort((a, b) => a.order - b.order)
  const series: StoredSeries[] = []
  for (const { market } of markets)
    for (const interval of STORED_INTERVALS) series.push(await oneSeries(store, market, interval))
  return series
}

async function oneSeries(store: Store, market: MarketId, interval: StoredInterval): Promise<StoredSeries> {
  const pieces = await piecesOf(store, market, interval, 'price', ALWAYS)
  const bytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0)
  const states = layStates(
    pieces.map((piece) => piece.bytes),
    interval,
  )
  const known = states && trim(states.codes)
  if (!known) return { market, interval, bytes, fromMs: null, toMs: null, present: 0, empty: 0, missing: 0 }
  const step = INTERVAL_MS[interval]
  const codes = states.codes.subarray(known.first, known.end)
  const present = codes.reduce((sum, code) => sum + Number(code === State.present), 0)
  const empty = codes.reduce((sum, code) => sum + Number(code === State.empty), 0)
  return {
    market,
    interval,
    bytes,
    fromMs: states.startMs + known.first * step,
    toMs: states.startMs + known.end * step,
    present,
    empty,
    missing: codes.length - present - empty,
  }
}

/** The states alone, laid over each other; prices are not decoded. */
function layStates(
  pieces: readonly Uint8Array[],
  interval: StoredInterval,
): { startMs: number; codes: Uint8Array } | null {
  if (pieces.length === 0) return null
  const step = INTERVAL_MS[interval]
  const layers = pieces.map((bytes) => {
    const header = readHeader(bytes)
    return { startMs: header.startMs, codes: readStates(bytes, header) }
  })
  const startMs = Math.min(...layers.map((layer) => layer.startMs))
  const endMs = Math.max(...layers.map((layer) => layer.startMs + layer.codes.length * step))
  const codes = new Uint8Array((endMs - startMs) / step)
  for (const layer of layers) {
    const shift = (layer.startMs - startMs) / step
    layer.codes.forEach((code, at) => {
      if (code !== State.unchanged) codes[at + shift] = code
    })
  }
  return { startMs, codes }
}

/** From the first known place to the last. */
function trim(codes: Uint8Array): { first: number; end: number } | null {
  const first = codes.findIndex((code) => !isMissing(code))
  if (first < 0) return null
  return { first, end: codes.findLastIndex((code) => !isMissing(code)) + 1 }
}
