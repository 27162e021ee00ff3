/** Trades that an exchange enters into candles which have closed: these change once more, or come into being. */
import { DAY_MS, MINUTE_MS } from '../core/time/interval.ts'
import type { Bars } from './bars.ts'
import type { TimedBar } from './market.ts'

/** One such trade. */
export interface LateTrade {
  /** When it was made. */
  readonly atMs: number
  /** From when on it is in the candles. */
  readonly knownMs: number
  /** In smallest amounts. */
  readonly amount: number
}

/**
 * Bars with these trades in them; open and close stay, since the trades were neither the first nor the last.
 *
 * @param bars    ascending
 * @param priceAt price of a late trade in ticks; null where there is none to go by
 */
export function withLateTrades(
  bars: readonly TimedBar[],
  stepMs: number,
  trades: readonly LateTrade[],
  priceAt: (atMs: number) => number | null,
): TimedBar[] {
  const byStart = new Map(bars.map((bar) => [bar.startMs, bar]))
  for (const { atMs, amount } of trades) {
    const price = priceAt(atMs)
    if (price === null) continue
    const startMs = Math.floor(atMs / stepMs) * stepMs
    const bar = byStart.get(startMs)
    byStart.set(
      startMs,
      bar
        ? {
            ...bar,
            high: Math.max(bar.high, price),
            low: Math.min(bar.low, price),
            volume: bar.volume + amount,
          }
        : { startMs, open: price, high: price, low: price, close: price, volume: amount },
    )
  }
  return [...byStart.values()].sort((a, b) => a.startMs - b.startMs)
}

/** A tick beyond what was traded in its minute, or at the last close of its day before; null where there was none. */
export function priceOfLateTrade(minutesOf: (dayMs: number) => Bars, atMs: number): number | null {
  const dayMs = Math.floor(atMs / DAY_MS) * DAY_MS
  const minutes = minutesOf(dayMs)
  const minute = Math.floor((atMs - dayMs) / MINUTE_MS)
  if (minutes.traded[minute]) return minutes.high[minute]! + 1
  for (let i = minute; i >= 0; i--) if (minutes.traded[i]) return minutes.close[i]!
  return null
}
