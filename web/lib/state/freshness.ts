/** How fresh a value is, by its age and by whether the server can be heard. */
import type { Freshness, MarketAnswer } from '../../../core/wire/api.ts'

const DELAYED_MS = 15 * 60_000

export function freshnessAt(
  asOfMs: number | null,
  status: MarketAnswer['status'],
  {
    nowMs,
    online,
    connecting,
    sampleSeconds,
  }: { nowMs: number; online: boolean; connecting: boolean; sampleSeconds: number },
): Freshness {
  if (status !== 'live') return 'ended'
  if (!online && !connecting) return 'offline'
  if (asOfMs === null) return 'stale'
  const ageMs = nowMs - asOfMs
  // Nothing is live before it has been heard.
  if (online && ageMs <= 2 * sampleSeconds * 1000) return 'live'
  return ageMs <= DELAYED_MS ? 'delayed' : 'stale'
}
