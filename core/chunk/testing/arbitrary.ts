/**
 * Random spans of candles for property tests, with what makes a codec fail: prices from 1e-12 to 1e12, volumes of more
 * digits than a double or 63 bits hold, unknown volumes, every state, samples and flags.
 */
import fc from 'fast-check'
import { State } from '../../candle/columns.ts'
import type { CandleRow } from '../../candle/row.ts'
import { compareDecimals, plainDecimal } from '../../decimal/text.ts'
import type { MarketId } from '../../market.ts'
import { INTERVAL_MS, STORED_INTERVALS, type StoredInterval } from '../../time/interval.ts'
import type { RowsSpan } from '../rows.ts'

const MARKETS = ['coinbase:BTC-USD', 'csv:my_series', 'coingecko:bitcoin-usd'] as unknown as MarketId[]

/** How the numbers of one span look: digits of the whole number, and how many of them stand after the point. */
interface Style {
  readonly digits: number
  readonly scale: number
}

const style: fc.Arbitrary<Style> = fc.constantFrom(
  { digits: 1, scale: 0 },
  { digits: 7, scale: 2 },
  { digits: 10, scale: 8 },
  { digits: 15, scale: 3 },
  { digits: 16, scale: 8 },
  { digits: 19, scale: 8 },
  { digits: 20, scale: 18 },
  { digits: 25, scale: 12 },
  { digits: 14, scale: 30 },
  { digits: 43, scale: 42 },
)

/** A decimal from 0 of the style, of any magnitude below it. */
function decimal({ digits, scale }: Style): fc.Arbitrary<string> {
  return fc
    .integer({ min: 1, max: digits })
    .chain((length) => fc.bigInt({ min: 0n, max: 10n ** BigInt(length) - 1n }))
    .map((value) => plainDecimal(`${value}e-${scale}`)!)
}

const extremes = fc.constantFrom('0.000000000001', '1000000000000', '999999999999.999999999999')

function prices(style: Style): fc.Arbitrary<Pick<CandleRow, 'open' | 'high' | 'low' | 'close'>> {
  const price = fc.oneof({ weight: 30, arbitrary: decimal(style) }, { weight: 1, arbitrary: extremes })
  return fc.tuple(price, price, price, price, fc.boolean()).map(([a, b, c, d, up]) => {
    const [low, first, second, high] = [a, b, c, d].toSorted(compareDecimals)
    return { open: up ? first! : second!, high: high!, low: low!, close: up ? second! : first! }
  })
}

function row(style: Style, unknown: boolean): fc.Arbitrary<Omit<CandleRow, 'startMs'>> {
  const volume = unknown ? fc.option(decimal(style), { freq: 2 }) : decimal(style)
  return fc
    .record(
      {
        prices: prices(style),
        volume,
        samples: fc.constantFrom(0, 0, 1, 60, 70_000),
        flags: fc.constantFrom(0, 0, 0, 1, 6, 7),
      },
      { requiredKeys: ['prices', 'volume', 'samples', 'flags'] },
    )
    .map(({ prices, volume, samples, flags }) => ({
      ...prices,
      volume,
      ...(samples ? { samples } : {}),
      ...(flags ? { flags } : {}),
    }))
}

export interface SpanOptions {
  readonly frame?: boolean
  readonly market?: MarketId
  readonly interval?: StoredInterval
  /** Grid places from the epoch of the start. */
  readonly start?: fc.Arbitrary<number>
  readonly minPlaces?: number
  readonly maxPlaces?: number
}

/** A span with its rows, as `partsFromRows` takes it. */
export function spans(options: SpanOptions = {}): fc.Arbitrary<RowsSpan> {
  const frame = options.frame === undefined ? fc.boolean() : fc.constant(options.frame)
  return fc
    .record({
      market: options.market ? fc.constant(options.market) : fc.constantFrom(...MARKETS),
      interval: options.interval ? fc.constant(options.interval) : fc.constantFrom(...STORED_INTERVALS),
      start: options.start ?? fc.integer({ min: 0, max: 40_000 }),
      frame,
      derived: fc.boolean(),
      style,
      unknown: fc.boolean(),
    })
    .chain(({ market, interval, start, frame, derived, style, unknown }) => {
      const states = frame ? [0, 1, 1, 2, 3, 3, 4, 5, 6] : [0, 1, 1, 1, 2, 4, 5, 6]
      const startMs = start * INTERVAL_MS[interval]
      return fc
        .array(fc.tuple(fc.constantFrom(...states), row(style, unknown)), {
          minLength: options.minPlaces ?? 1,
          maxLength: options.maxPlaces ?? 40,
        })
        .map((places) => ({
          market,
          interval,
          startMs,
          frame,
          derived,
          states: Uint8Array.from(places, ([state]) => state),
          rows: places.flatMap(([state, values], place) =>
            state === State.present ? [{ startMs: startMs + place * INTERVAL_MS[interval], ...values }] : [],
          ),
        }))
    })
}
