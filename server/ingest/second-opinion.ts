/**
 * A second opinion on a price that is far from what is expected: what another source says of the same base and quote, where
 * a market of it is followed. It supports the price, or says how far away it is.
 */
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId, type MarketId } from '../../core/market.ts'
import type { StoredInterval } from '../../core/time/interval.ts'
import type { Opinion } from '../archive/types.ts'
import type { Roster } from './roster.ts'
import { isNear } from './spike.ts'
import type { IngestOptions } from './types.ts'

/** A price is new enough to be compared with for so many sample times. */
const FRESH_SAMPLES = 2

interface Judged extends Opinion {
  readonly isSupport: boolean
}

export class SecondOpinion {
  readonly #options: Pick<IngestOptions, 'archive' | 'clock' | 'sampleSeconds'>
  readonly #roster: Pick<Roster, 'live'>

  constructor(
    options: Pick<IngestOptions, 'archive' | 'clock' | 'sampleSeconds'>,
    roster: Pick<Roster, 'live'>,
  ) {
    this.#options = options
    this.#roster = roster
  }

  /** On a price of now; null where no other source knows a new one. */
  async onPrice(market: MarketId, price: string): Promise<Judged | null> {
    const { archive, clock, sampleSeconds } = this.#options
    const nowMs = clock.now()
    for (const other of this.#twins(market)) {
      const samples = await archive.samples(other, nowMs - FRESH_SAMPLES * sampleSeconds * 1000, nowMs)
      const newest = samples.at(-1)
      if (newest) return judged(other, [[price, newest.price]])
    }
    return null
  }

  /** On a closed candle; null where no other source has one of the same start. */
  async onCandle(market: MarketId, interval: StoredInterval, row: CandleRow): Promise<Judged | null> {
    const { startMs } = row
    for (const other of this.#twins(market)) {
      const [twin] = await this.#options.archive.candles(other, interval, startMs, startMs + 1, 1)
      if (twin)
        return judged(other, [
          [row.open, twin.open],
          [row.high, twin.high],
          [row.low, twin.low],
          [row.close, twin.close],
        ])
    }
    return null
  }

  /** Traded markets of other sources with the same base and quote. */
  #twins(market: MarketId): MarketId[] {
    const { source, base, quote } = parseMarketId(market)
    return [...this.#roster.live()]
      .map(parseMarketId)
      .filter((one) => one.source !== source && one.base === base && one.quote === quote)
      .map(({ id }) => id)
  }
}

/** Every pair must be near; the one farthest apart tells how far. */
function judged(market: MarketId, pairs: readonly (readonly [own: string, other: string])[]): Judged {
  const factors = pairs.map(([own, other]) => Number(own) / Number(other))
  const farthest = factors.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a))
  return {
    market,
    basisPoints: Math.round((farthest - 1) * 10_000),
    isSupport: factors.every((factor) => isNear(factor, 1)),
  }
}
