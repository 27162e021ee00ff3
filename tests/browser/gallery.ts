/**
 * One archive for pictures: its clock stands still, so that a screen looks the same in every run. Coins that trade all the
 * time, and those that a screen must bear as well: a tiny price, a large one, two candles, a long name, a gap, an end.
 */
import { fileURLToPath } from 'node:url'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { Archive, Market } from '../../server/archive/types.ts'
import type { Owner } from '../../server/owner/owner.ts'
import { unitsText } from '../../simulator/bars.ts'
import { createMarkets, type SimulatedMarket } from '../../simulator/market.ts'
import { sealAll, serveArchive } from '../api/serve.ts'
import { homeHttps } from './home-https.ts'
import { openLine, type Line } from './line.ts'

export const GALLERY_NOW_MS = Date.UTC(2026, 2, 14, 13, 2, 31)
const SLICE = 300
/** How far back days and hours reach, so that the year before is whole, and minutes. */
const DEPTH_MS = 440 * DAY_MS
const MINUTE_DEPTH_MS = 2 * DAY_MS

interface Exhibit extends Partial<Pick<Market, 'status' | 'name' | 'tick' | 'continues'>> {
  readonly id: string
  /** The simulated product whose candles it has. */
  readonly of: string
  /** Prices are so many times those of the product. */
  readonly times?: number
  /** Nothing is known from so long before now on. */
  readonly endsBeforeMs?: number
  /** Only so many candles of each interval. */
  readonly candles?: number
  /** What was never read: from and to, before now. */
  readonly gap?: readonly [fromMs: number, toMs: number]
}

const EXHIBITS: readonly Exhibit[] = [
  { id: 'coinbase:BTC-USD', of: 'BTC-USD', name: 'Bitcoin' },
  { id: 'coinbase:ETH-USD', of: 'ETH-USD', name: 'Ethereum', gap: [30 * HOUR_MS, 22 * HOUR_MS] },
  { id: 'kraken:SOL-EUR', of: 'SOL-USD', name: 'Solana' },
  { id: 'coinbase:SHIB-USD', of: 'SHIB-USD', name: 'Shiba Inu', tick: '0.00000001' },
  { id: 'bitstamp:BTC-JPY', of: 'BTC-USD', name: 'Bitcoin', times: 18, tick: '0.01' },
  {
    id: 'coinbase:LONG-USD',
    of: 'LINK-USD',
    name: 'The Wrapped Liquid Staking Governance Token',
    tick: '0.001',
  },
  { id: 'binance:NEW-USDT', of: 'ADA-USD', name: 'Newly Listed', candles: 2, tick: '0.0001' },
  { id: 'binance:OLD-USDT', of: 'XRP-USD', name: 'Delisted', status: 'ended', endsBeforeMs: 40 * DAY_MS },
  { id: 'coinbase:LATE-USD', of: 'LTC-USD', name: 'Stale by days', endsBeforeMs: 3 * DAY_MS },
]

export interface Gallery extends AsyncDisposable {
  readonly line: Line
  readonly archive: Archive
  readonly owner: Owner
}

/**
 * Hung and lit, behind a line that can be cut.
 *
 * @param wanted identifiers of the exhibits; all of them where it is left out
 */
export async function openGallery(wanted?: readonly string[]): Promise<Gallery> {
  const server = await serveArchive({
    clock: { now: () => GALLERY_NOW_MS },
    // Nothing is being read: there is nobody who would.
    backfill: async () => [],
    phones: homeHttps(['https://192.168.1.5:8443', 'https://pi.local:8443']),
    app: fileURLToPath(new URL('../../build', import.meta.url)),
  })
  const world = createMarkets({ seed: 'gallery', sinceMs: GALLERY_NOW_MS - 500 * DAY_MS })
  for (const exhibit of EXHIBITS)
    if (wanted?.includes(exhibit.id) ?? true) await hang(server.archive, exhibit, world)
  await sealAll(server.archive, GALLERY_NOW_MS)
  await server.archive.quarantine(
    'coinbase',
    parseMarketId('coinbase:BTC-USD').id,
    GALLERY_NOW_MS - HOUR_MS,
    { startMs: null, reason: 'ten times its neighbours', raw: '731500.10' },
  )
  const line = await openLine(server.url, () => GALLERY_NOW_MS)
  return {
    line,
    archive: server.archive,
    owner: server.owner,
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]()
      await server.stop()
    },
  }
}

async function hang(archive: Archive, exhibit: Exhibit, world: readonly SimulatedMarket[]): Promise<void> {
  const { id: text, of, name = '', tick = '0.01', status = 'live', endsBeforeMs = 0 } = exhibit
  const { id: market, source, base, quote } = parseMarketId(text)
  await archive.putMarket({
    id: market,
    source,
    base,
    quote,
    name,
    tick,
    minutesFromMs: GALLERY_NOW_MS - MINUTE_DEPTH_MS,
    status,
  })
  const model = world.find(({ product }) => product.id === of)!
  const endMs = GALLERY_NOW_MS - endsBeforeMs
  for (const interval of ['1d', '1h', '1m'] as const) {
    const stepMs = INTERVAL_MS[interval]
    const sliceMs = SLICE * stepMs
    const closedMs = floorTo(endMs, stepMs)
    const depthMs = interval === '1m' ? MINUTE_DEPTH_MS : DEPTH_MS
    const first = endMs - (exhibit.candles ? (exhibit.candles + 1) * stepMs : depthMs)
    const beginMs = floorTo(exhibit.candles ? first : GALLERY_NOW_MS - depthMs, sliceMs)
    for (let fromMs = beginMs; fromMs < closedMs; fromMs += sliceMs) {
      const toMs = fromMs + sliceMs
      const readToMs = Math.min(toMs, closedMs)
      const rows = candles(
        model,
        exhibit,
        stepMs,
        Math.max(exhibit.candles ? first : fromMs, fromMs),
        readToMs,
      )
      const reading = { market, interval, fromMs, toMs, readToMs, rows, refused: [] }
      await archive.applyReading({ ...reading, readAtMs: GALLERY_NOW_MS - HOUR_MS })
      // Once more where something was not traded, so that this is known.
      if (rows.length * stepMs < readToMs - fromMs)
        await archive.applyReading({ ...reading, readAtMs: GALLERY_NOW_MS })
    }
  }
  const last = candles(model, exhibit, MINUTE_MS, endMs - HOUR_MS, endMs).at(-1)
  if (last)
    await archive.recordSamples([
      { market, atMs: endsBeforeMs === 0 ? GALLERY_NOW_MS - 11_000 : endMs, price: last.close },
    ])
}

/** Closed candles that start in [fromMs, toMs), without those of the gap. */
function candles(
  model: SimulatedMarket,
  { times = 1, gap }: Exhibit,
  stepMs: number,
  fromMs: number,
  toMs: number,
): CandleRow[] {
  const { priceDecimals, amountDecimals } = model.product
  const missing = gap?.map((before) => GALLERY_NOW_MS - before)
  return model
    .bars(stepMs, fromMs, toMs - stepMs, GALLERY_NOW_MS)
    .filter(({ startMs }) => !missing || startMs + stepMs <= missing[0]! || startMs >= missing[1]!)
    .map(({ startMs, volume, ...prices }) => {
      const text = (units: number) => unitsText(units * times, priceDecimals)
      const { open, high, low, close } = prices
      return {
        startMs,
        open: text(open),
        high: text(high),
        low: text(low),
        close: text(close),
        volume: unitsText(volume, amountDecimals),
      }
    })
}

const floorTo = (ms: number, step: number) => Math.floor(ms / step) * step
