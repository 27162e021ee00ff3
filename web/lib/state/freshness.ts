/** How fresh a value is, by its age and by whether the server can be heard. */
import type { Freshness, MarketAnswer } from '../../../core/wire/api.ts'

/** How the device stands with its server and all prices of it. `connected`: nothing is followed whose price could be fresh. */
export type Standing = 'connecting' | 'offline' | 'connected' | 'unpriced' | 'live' | 'delayed' | 'stale'

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

/** All together are as fresh as the freshest; a server that is heard and has no price yet is not live. */
export function standingOf(
  { online, connecting }: { readonly online: boolean; readonly connecting: boolean },
  markets: readonly { readonly price: string | null; readonly freshness: Freshness }[],
): Standing {
  if (connecting) return 'connecting'
  if (!online) return 'offline'
  const followed = markets.filter(({ freshness }) => freshness !== 'ended')
  if (followed.length === 0) return 'connected'
  if (followed.every(({ price }) => price === null)) return 'unpriced'
  const has = (wanted: Freshness) => followed.some(({ freshness }) => freshness === wanted)
  return has('live') ? 'live' : has('delayed') ? 'delayed' : 'stale'
}
