/** How long a source may still change a closed candle before its absence or value counts as final. */
import { HOUR_MS, MINUTE_MS } from '../core/time/interval.ts'
import type { SettlingMs } from './archive/types.ts'

/** 10 minutes after the close of a minute, 30 of an hour, 2 hours of a day. */
export const defaultSettling: SettlingMs = {
  '1m': 10 * MINUTE_MS,
  '1h': 30 * MINUTE_MS,
  '1d': 2 * HOUR_MS,
}
