/** Why places of a series are missing, as the server tells it; asked only while somebody looks at the calendar. */
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import { WireError } from '../../../core/wire/error.ts'
import { readSeriesGaps, type SeriesGaps } from '../../../core/wire/gaps.ts'
import { askJson, RequestError } from './request.ts'

/** null where the server cannot be reached, or is of an earlier version: what the device knows must do. */
export async function askGaps(
  market: MarketId,
  interval: StoredInterval,
  signal: AbortSignal,
): Promise<SeriesGaps | null> {
  const path = `/api/v1/markets/${encodeURIComponent(market)}/gaps?interval=${interval}`
  try {
    return readSeriesGaps(await askJson((url, init) => fetch(url, init), path, signal))
  } catch (error) {
    if (error instanceof RequestError || error instanceof WireError) return null
    throw error
  }
}
