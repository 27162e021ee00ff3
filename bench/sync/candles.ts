/** Ten markets made from seeds: years of days, two years of hours and a month of minutes, the longer ones rolled up where they can be. */
import { State } from '../../core/candle/columns.ts'
import { rollUpRows } from '../../core/candle/rollup-rows.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, INTERVAL_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { syntheticRows } from '../data.ts'

export type Candles = Readonly<Record<StoredInterval, readonly CandleRow[]>>

const NAMES = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC'].map((base) => `${base}-USD`)
/** Those that the program follows at its first start. */
export const MARKETS: readonly MarketId[] = [...NAMES, 'BTC-EUR', 'ETH-EUR'].map(
  (name) => parseMarketId(`coinbase:${name}`).id,
)

/** From where on candles of each interval are there, midnights. */
export type Starts = Readonly<Record<StoredInterval, number>>

/** All candles of one market that are closed at `toMs`, without a gap. */
export function candlesOf(seed: number, starts: Starts, toMs: number): Candles {
  const minutes = syntheticRows(seed, starts['1m'], (toMs - starts['1m']) / MINUTE_MS)
  const hours = [...stretched(seed + 100, '1h', starts['1h'], starts['1m']), ...rolledUp(minutes, '1m', '1h')]
  const days = [...stretched(seed + 200, '1d', starts['1d'], starts['1h']), ...rolledUp(hours, '1h', '1d')]
  return { '1m': minutes, '1h': hours, '1d': days }
}

/** Longer candles with the values of minutes. */
function stretched(seed: number, interval: '1h' | '1d', fromMs: number, toMs: number): CandleRow[] {
  const step = INTERVAL_MS[interval]
  return syntheticRows(seed, 0, (toMs - fromMs) / step).map((row) => ({
    ...row,
    startMs: fromMs + (row.startMs / MINUTE_MS) * step,
  }))
}

function rolledUp(
  rows: readonly CandleRow[],
  from: '1m' | '1h',
  interval: '1h' | '1d',
): readonly CandleRow[] {
  const states = new Uint8Array(rows.length).fill(State.present)
  return rollUpRows({ interval: from, startMs: rows[0]!.startMs, states, rows }, interval).rows
}

/** Candles that close within (afterMs, byMs]. */
export function closedWithin(
  candles: Candles,
  interval: StoredInterval,
  afterMs: number,
  byMs: number,
): CandleRow[] {
  const step = INTERVAL_MS[interval]
  return candles[interval].filter(({ startMs }) => startMs + step > afterMs && startMs + step <= byMs)
}

/** Longer than any candle needs to settle and to close: what closed since then is read once more. */
export const READ_AGAIN_MS: Readonly<Record<StoredInterval, number>> = {
  '1m': HOUR_MS,
  '1h': 3 * HOUR_MS,
  '1d': 2 * DAY_MS,
}
