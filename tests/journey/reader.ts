/** Reads an app's archive over HTTP in its two ways: as candles in JSON, and as a device does, from manifest, chunks and tail. */
import type { CandleRow } from '../../core/candle/row.ts'
import { State } from '../../core/candle/columns.ts'
import type { Chunk, PricePart, VolumePart } from '../../core/chunk/chunk.ts'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import { rowsFromParts } from '../../core/chunk/rows.ts'
import { INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { CandleAnswer, SyncChunk } from '../../core/wire/api.ts'
import { readSyncAnswer } from '../../core/wire/sync.ts'
import { decodeTail } from '../../core/wire/tail.ts'

/** @throws Error with the problem's text unless the answer is 200 */
async function get(url: string): Promise<Response> {
  const answer = await fetch(url)
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer
}

/** All candles with `fromMs` ≤ start < `toMs`, page after page. */
export async function readCandles(
  app: string,
  market: string,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): Promise<CandleRow[]> {
  const rows: CandleRow[] = []
  const pageMs = 50_000 * INTERVAL_MS[interval]
  for (let pageFromMs = fromMs; pageFromMs < toMs; pageFromMs += pageMs) {
    const query = new URLSearchParams({
      interval,
      from: isoSeconds(pageFromMs),
      to: isoSeconds(Math.min(toMs, pageFromMs + pageMs)),
    })
    const answer = await get(`${app}/api/v1/markets/${encodeURIComponent(market)}/candles?${query}`)
    const { candles } = (await answer.json()) as { candles: CandleAnswer[] }
    for (const [start, open, high, low, close, volume] of candles)
      rows.push({ startMs: Date.parse(start), open, high, low, close, volume })
  }
  return rows
}

/** The manifest, page after page; removed chunks are gone from it. */
export async function readManifest(app: string): Promise<{ chunks: SyncChunk[]; revision: number }> {
  const chunks = new Map<string, SyncChunk>()
  let revision = 0
  for (;;) {
    const page = readSyncAnswer(await (await get(`${app}/api/v1/sync?since=${revision}`)).json())
    if ('reset' in page) throw new Error('a fresh device was told to reset')
    for (const chunk of page.chunks) {
      const key = `${chunk.market} ${chunk.interval} ${chunk.period} ${chunk.part}`
      if (chunk.removed) chunks.delete(key)
      else chunks.set(key, chunk)
    }
    revision = page.revision
    if (!page.more) return { chunks: [...chunks.values()], revision }
  }
}

/** What a device that fetched everything knows of one series. */
export interface DeviceSeries {
  /** State code by place start; places that are not in here were never spoken of. */
  readonly states: ReadonlyMap<number, number>
  readonly rows: ReadonlyMap<number, CandleRow>
}

/**
 * Everything of the wanted series, keyed `coinbase:BTC-USD 1m`, read as a device reads it.
 *
 * @throws Error when a chunk's bytes have another name than the manifest says
 */
export async function readDevice(app: string): Promise<ReadonlyMap<string, DeviceSeries>> {
  const device = new Map<string, { states: Map<number, number>; rows: Map<number, CandleRow> }>()
  const apply = (price: PricePart, volume: VolumePart | null) => {
    const key = `${price.market} ${price.interval}`
    const series = device.get(key) ?? { states: new Map(), rows: new Map() }
    device.set(key, series)
    const stepMs = INTERVAL_MS[price.interval]
    price.states.forEach((state, place) => {
      const startMs = price.startMs + place * stepMs
      if (state === State.unchanged) return
      series.states.set(startMs, state)
      series.rows.delete(startMs)
    })
    for (const row of rowsFromParts(price, volume)) series.rows.set(row.startMs, row)
  }

  const { chunks } = await readManifest(app)
  const parts = new Map<string, Chunk>()
  for (const entry of chunks) {
    const bytes = new Uint8Array(await (await get(`${app}/api/v1/chunks/${entry.sha256}`)).arrayBuffer())
    const hash = await hashChunk(bytes)
    if (hash !== entry.sha256) throw new Error(`chunk ${entry.sha256} has bytes of ${hash}`)
    parts.set(`${entry.market} ${entry.interval} ${entry.period} ${entry.part}`, decodeChunk(bytes))
  }
  for (const [key, part] of parts)
    if (part.part === 'price') {
      const volume = parts.get(key.replace(/price$/, 'volume'))
      apply(part, volume?.part === 'volume' ? volume : null)
    }

  const tail = decodeTail(new Uint8Array(await (await get(`${app}/api/v1/tail?since=0`)).arrayBuffer()))
  for (const frame of tail.series) {
    const price = frame.price ? decodeChunk(frame.price) : null
    const volume = frame.volume ? decodeChunk(frame.volume) : null
    if (price?.part === 'price') apply(price, volume?.part === 'volume' ? volume : null)
  }
  return device
}
