/**
 * A small archive for the tests of the device: real chunks, frames and answers in the wire format, made by the codec,
 * given by a `fetch` that tests can disturb. Its candles are a pure function of market, interval and time.
 */
import { State } from '../../../core/candle/columns.ts'
import type { CandleRow } from '../../../core/candle/row.ts'
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import { encodeChunk } from '../../../core/chunk/encode.ts'
import { hashChunk } from '../../../core/chunk/hash.ts'
import { partsFromRows } from '../../../core/chunk/rows.ts'
import { parseMarketId, type MarketId } from '../../../core/market.ts'
import { DAY_MS, INTERVAL_MS, type StoredInterval } from '../../../core/time/interval.ts'
import { parsePeriod } from '../../../core/time/period.ts'
import type { HistoryProgress, SyncChunk, SyncMarket, SyncPage } from '../../../core/wire/api.ts'
import { encodeTail, type TailSeries } from '../../../core/wire/tail.ts'

interface Line extends Omit<SyncChunk, 'removed'> {
  readonly removed: boolean
}

interface Series {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** Revision of each place that is known, by its start. */
  readonly places: Map<number, number>
  readonly prices: Map<number, number>
}

/** Stands in for the network between device and archive. */
export type Disturbance = (url: string) => Response | null | Promise<Response | null>

export class TestArchive {
  id = '5f0c1e2d-0000-4000-8000-000000000001'
  revision = 0
  nowMs: number
  format = 1
  /** How far the server's own reading is; left out where undefined. */
  backfill: HistoryProgress | undefined
  readonly requests: string[] = []
  disturb: Disturbance = () => null
  readonly #markets = new Map<MarketId, SyncMarket & { readonly revision: number }>()
  readonly #series = new Map<string, Series>()
  #lines: Line[] = []
  readonly #bodies = new Map<ChunkHash, Uint8Array>()

  constructor(nowMs: number) {
    this.nowMs = nowMs
  }

  addMarket(id: string): MarketId {
    const market = parseMarketId(id).id
    this.#markets.set(market, {
      id: market,
      tick: '0.01',
      name: id,
      status: 'live',
      revision: ++this.revision,
    })
    return market
  }

  removeMarket(market: MarketId): void {
    this.#markets.set(market, { id: market, removed: true, revision: ++this.revision })
  }

  /** Every place with `fromMs` ≤ start < `toMs` becomes known; `raise` moves its price. */
  fill(market: MarketId, interval: StoredInterval, fromMs: number, toMs: number, raise = 0): void {
    const series = this.#seriesOf(market, interval)
    this.revision += 1
    for (let ms = fromMs; ms < toMs; ms += INTERVAL_MS[interval]) {
      series.places.set(ms, this.revision)
      series.prices.set(ms, raise)
    }
  }

  /** Seals a period, in place of the shorter ones and of an earlier chunk of its own. */
  async seal(market: MarketId, interval: StoredInterval, text: string): Promise<ChunkHash> {
    const { fromMs, toMs } = parsePeriod(text)
    const parts = this.#parts(this.#seriesOf(market, interval), fromMs, toMs, 0, false)
    const revision = ++this.revision
    this.#lines = this.#lines.map((line) => {
      const period = parsePeriod(line.period)
      const inside = period.fromMs >= fromMs && period.toMs <= toMs && line.period !== text
      return line.market === market && line.interval === interval && inside && !line.removed
        ? { ...line, removed: true, revision }
        : line
    })
    let price = '' as ChunkHash
    for (const part of ['price', 'volume'] as const) {
      const bytes = encodeChunk(parts[part])
      const sha256 = await hashChunk(bytes)
      this.#bodies.set(sha256, bytes)
      const rows = parts[part].states.filter((state) => state === State.present).length
      const expected = parts[part].states.length
      const size = bytes.length
      const line = {
        market,
        interval,
        period: text,
        part,
        sha256,
        bytes: size,
        size,
        rows,
        expected,
        revision,
      }
      const others = this.#lines.filter(
        (other) =>
          !(
            other.market === market &&
            other.interval === interval &&
            other.period === text &&
            other.part === part
          ),
      )
      this.#lines = [...others, { ...line, removed: false }]
      if (part === 'price') price = sha256
    }
    return price
  }

  body(hash: ChunkHash): Uint8Array {
    return this.#bodies.get(hash)!
  }

  /** Requests for one kind of thing since the last call of `forget`. */
  asked(path: string): string[] {
    return this.requests.filter((url) => url.startsWith(path))
  }
  forget(): void {
    this.requests.length = 0
  }

  readonly fetch = async (url: string, init: RequestInit): Promise<Response> => {
    init.signal?.throwIfAborted()
    this.requests.push(url)
    const disturbed = await this.disturb(url)
    return disturbed ?? this.#answer(new URL(url, 'http://archive.test'))
  }

  #answer({ pathname, searchParams }: URL): Response {
    const markets = searchParams.get('markets')?.split(',') ?? null
    const since = Number(searchParams.get('since'))
    if (pathname === '/api/v1/sync')
      return Response.json(this.#sync(since, markets, searchParams.get('archive')))
    if (pathname === '/api/v1/tail')
      return octets(this.#tail(since, markets, searchParams.get('parts')?.split(',') ?? null))
    if (pathname === '/api/v1/markets')
      return Response.json({
        markets: this.#followed().map((id) => ({
          ...parseMarketId(id),
          name: id,
          tick: '0.01',
          status: 'live',
        })),
      })
    if (pathname === '/api/v1/prices')
      return Response.json({
        prices: this.#followed().map((market) => ({
          market,
          price: '100.5',
          as_of: new Date(this.nowMs).toISOString(),
          freshness: 'live',
          change_24h: 0.01,
          sparkline: ['99', '100.5'],
        })),
      })
    const hash = pathname.replace('/api/v1/chunks/', '') as ChunkHash
    const body = this.#bodies.get(hash)
    return body ? octets(body) : Response.json({ title: 'not found' }, { status: 404 })
  }

  #followed(): MarketId[] {
    return [...this.#markets.values()].filter((market) => !market.removed).map((market) => market.id)
  }

  #sync(since: number, markets: string[] | null, archive: string | null): SyncPage | object {
    if (since > this.revision || (archive !== null && archive !== this.id))
      return { archive: this.id, reset: true }
    const asked = (market: string) => markets === null || markets.includes(market)
    const chunks = this.#lines
      .filter((line) => line.revision > since && asked(line.market) && (since > 0 || !line.removed))
      .map(({ removed, ...line }) => (removed ? { ...line, removed } : line))
    return {
      archive: this.id,
      revision: this.revision,
      more: false,
      format: this.format,
      sample_seconds: 60,
      simulated: false,
      backfill: this.backfill,
      markets: [...this.#markets.values()]
        .filter((market) => market.revision > since && asked(market.id) && (since > 0 || !market.removed))
        .map(({ id, tick, name, status, removed }) => ({
          id,
          tick,
          name,
          status,
          ...(removed && { removed }),
        })),
      chunks,
    }
  }

  #tail(since: number, markets: string[] | null, parts: string[] | null): Uint8Array {
    const sent = (part: string) => parts === null || parts.includes(part)
    const series: TailSeries[] = []
    for (const one of this.#series.values()) {
      if (markets && !markets.includes(one.market)) continue
      const covered = this.#lines
        .filter((line) => !line.removed && line.market === one.market && line.interval === one.interval)
        .map((line) => parsePeriod(line.period).toMs)
      const firstUncoveredMs = Math.max(0, ...covered)
      const recentMs = Math.min(firstUncoveredMs, this.nowMs - 8 * DAY_MS)
      const changed = [...one.places].filter(([ms, revision]) => ms >= recentMs && revision > since)
      const starts = changed.map(([ms]) => ms)
      const frame =
        starts.length === 0
          ? null
          : this.#parts(
              one,
              starts.reduce((a, b) => Math.min(a, b)),
              starts.reduce((a, b) => Math.max(a, b)) + INTERVAL_MS[one.interval],
              since,
              true,
            )
      series.push({
        market: one.market,
        interval: one.interval,
        firstUncoveredMs,
        price: frame && sent('price') ? encodeChunk(frame.price) : null,
        volume: frame && sent('volume') ? encodeChunk(frame.volume) : null,
      })
    }
    return encodeTail({ archive: this.id, revision: this.revision, series })
  }

  #parts(series: Series, fromMs: number, toMs: number, since: number, frame: boolean) {
    const { market, interval } = series
    const step = INTERVAL_MS[interval]
    const states = new Uint8Array((toMs - fromMs) / step)
    const rows: CandleRow[] = []
    states.forEach((_, at) => {
      const ms = fromMs + at * step
      const revision = series.places.get(ms)
      if (frame && (revision === undefined || revision <= since)) states[at] = State.unchanged
      else if (revision === undefined) states[at] = State.outage
      else if ((ms / step) % 97 === 5) states[at] = State.empty
      else {
        states[at] = State.present
        rows.push(rowAt(market, interval, ms, series.prices.get(ms)!))
      }
    })
    return partsFromRows({ market, interval, startMs: fromMs, states, rows, derived: false, frame })
  }

  #seriesOf(market: MarketId, interval: StoredInterval): Series {
    const key = `${market} ${interval}`
    const series = this.#series.get(key) ?? { market, interval, places: new Map(), prices: new Map() }
    this.#series.set(key, series)
    return series
  }
}

/** The candle that the archive has at a place; CoinGecko's are made of 24 samples. */
export function rowAt(market: MarketId, interval: StoredInterval, ms: number, raise: number): CandleRow {
  const place = ms / INTERVAL_MS[interval]
  const cents = 10_000 + ((place * 7919 + market.length) % 2_003) + raise
  const text = (value: number) => String(value / 100)
  return {
    startMs: ms,
    open: text(cents),
    high: text(cents + 30),
    low: text(cents - 20),
    close: text(cents + 10),
    volume: String((place % 13) + 0.5),
    ...(market.startsWith('coingecko:') ? { volume: null, samples: 24 } : {}),
  }
}

const octets = (bytes: Uint8Array): Response =>
  new Response(new Uint8Array(bytes), { headers: { 'content-type': 'application/octet-stream' } })
