/**
 * What the simulated exchange's candles really are, for tests: the whole bars of a span, past or future,
 * as the archive should hold them once they are closed.
 */
import type { CandleRow } from '../core/candle/row.ts'
import { INTERVAL_MS, type StoredInterval } from '../core/time/interval.ts'
import { unitsText } from './bars.ts'
import { createMarkets, type SimulatedMarket, type SimulationOptions } from './market.ts'

export interface Truth {
  /**
   * Candles with `fromMs` ≤ start < `toMs`, the oldest first; what is not among them was not traded.
   *
   * @throws RangeError when the exchange has no such product
   */
  rows(productId: string, interval: StoredInterval, fromMs: number, toMs: number): CandleRow[]
}

/** The truth of a world; the options are those of the exchange under test. */
export function createTruth(options: SimulationOptions): Truth {
  const markets = new Map(createMarkets(options).map((market) => [market.product.id, market]))
  return {
    rows(productId, interval, fromMs, toMs) {
      const market = markets.get(productId)
      if (!market) throw new RangeError(`the simulated exchange has no product ${productId}`)
      return rowsOf(market, INTERVAL_MS[interval], fromMs, toMs)
    },
  }
}

function rowsOf(market: SimulatedMarket, stepMs: number, fromMs: number, toMs: number): CandleRow[] {
  const { priceDecimals, amountDecimals } = market.product
  // As if their end had come, with whatever is entered later.
  return market.bars(stepMs, fromMs, toMs - 1, Infinity).map((bar) => ({
    startMs: bar.startMs,
    open: unitsText(bar.open, priceDecimals),
    high: unitsText(bar.high, priceDecimals),
    low: unitsText(bar.low, priceDecimals),
    close: unitsText(bar.close, priceDecimals),
    volume: unitsText(bar.volume, amountDecimals),
  }))
}
