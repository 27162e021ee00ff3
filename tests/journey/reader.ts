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
import { decodeTail, type Tail } from '../../core/wire/tail.ts'

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

/** What a device that fetched everything knows of one series. */
export interface DeviceSeries {
  /** State code by place start; places that are not in here were never spoken of. */
  readonly states: ReadonlyMap<number, number>
  readonly rows: ReadonlyMap<number, CandleRow>
}

/** A device that keeps what it was told, from one catching up to the next. */
export interface FollowingDevice {
  /** The newest revision that it was told. */
  readonly revision: number
  /**
   * Asks for manifest and tail since the last time.
   *
   * @throws Error when the archive says that it never said what this device knows
   */
  catchUp(app: string): Promise<void>
  /** The manifest; removed chunks are gone from it. */
  chunks(): SyncChunk[]
  /**
   * Everything of all series, keyed `coinbase:BTC-USD 1m`: the manifest's chunks, fetched, beneath what tails said.
   *
   * @throws Error when a chunk's bytes have another name than the manifest says
   */
  series(app: string): Promise<ReadonlyMap<string, DeviceSeries>>
}

export function followingDevice(): FollowingDevice {
  const chunks = new Map<string, SyncChunk>()
  const tails: Tail[] = []
  let archive: string | null = null
  let revision = 0
  let tailRevision = 0

  async function readManifest(app: string): Promise<void> {
    for (;;) {
      const known = archive === null ? '' : `&archive=${archive}`
      const page = readSyncAnswer(await (await get(`${app}/api/v1/sync?since=${revision}${known}`)).json())
      if ('reset' in page)
        throw new Error(`revision ${revision} of archive ${archive} was told, and now is not known`)
      for (const chunk of page.chunks) {
        const key = `${chunk.market} ${chunk.interval} ${chunk.period} ${chunk.part}`
        if (chunk.removed) chunks.delete(key)
        else chunks.set(key, chunk)
      }
      archive = page.archive
      revision = page.revision
      if (!page.more) return
    }
  }

  async function readTail(app: string): Promise<void> {
    const answer = await get(`${app}/api/v1/tail?since=${tailRevision}`)
    const tail = decodeTail(new Uint8Array(await answer.arrayBuffer()))
    tails.push(tail)
    tailRevision = tail.revision
  }

  return {
    get revision() {
      return Math.max(revision, tailRevision)
    },
    async catchUp(app) {
      await readManifest(app)
      await readTail(app)
    },
    chunks: () => [...chunks.values()],
    series: (app) => readSeries(app, [...chunks.values()], tails),
  }
}

/** The manifest as a fresh device reads it, page after page. */
export async function readManifest(app: string): Promise<{ chunks: SyncChunk[]; revision: number }> {
  const device = followingDevice()
  await device.catchUp(app)
  return { chunks: device.chunks(), revision: device.revision }
}

/** Everything of all series as a fresh device reads it. */
export async function readDevice(app: string): Promise<ReadonlyMap<string, DeviceSeries>> {
  const device = followingDevice()
  await device.catchUp(app)
  return device.series(app)
}

async function readSeries(
  app: string,
  chunks: readonly SyncChunk[],
  tails: readonly Tail[],
): Promise<ReadonlyMap<string, DeviceSeries>> {
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

  const parts = new Map<string, Chunk>()
  for (const entry of chunks) {
    const bytes = new Uint8Array(await (await get(`${app}/api/v1/chunks/${entry.sha256}`)).arrayBuffer())
    const hash = await hashChunk(bytes)
    if (hash !== entry.sha256) throw new Error(`chunk ${entry.sha256} has bytes of ${hash}`)
    parts.set(`${entry.market} ${entry.interval} ${entry.period} ${entry.part}`, decodeChunk(bytes))
  }
  const told: { readonly revision: number; readonly frames: readonly [PricePart, VolumePart | null][] }[] = []
  for (const { market, interval, period, part, revision } of chunks) {
    const key = `${market} ${interval} ${period}`
    const price = parts.get(`${key} price`)
    const volume = parts.get(`${key} volume`)
    if (part === 'price' && price?.part === 'price')
      told.push({ revision, frames: [[price, volume?.part === 'volume' ? volume : null]] })
  }
  for (const { revision, series } of tails)
    told.push({
      revision,
      frames: series.flatMap((frame) => {
        const price = frame.price ? decodeChunk(frame.price) : null
        const volume = frame.volume ? decodeChunk(frame.volume) : null
        return price?.part === 'price' ? [[price, volume?.part === 'volume' ? volume : null]] : []
      }),
    })
  // What was said later holds; a tail includes the chunks of its revision.
  for (const { frames } of told.sort((a, b) => a.revision - b.revision))
    for (const [price, volume] of frames) apply(price, volume)
  return device
}
