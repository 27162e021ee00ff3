/** How ingest stands, in words and numbers for people: sources, markets, backfill. */
import { MINUTE_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import { scopeOf, type State } from './next.ts'
import type { Roster } from './roster.ts'
import type { IngestOptions, IngestStatus } from './types.ts'

export function ingestStatus(
  options: IngestOptions,
  roster: Roster,
  state: State,
): Omit<IngestStatus, 'feeds'> {
  const nowMs = options.clock.now()
  return {
    sources: options.providers.map((provider) => provider.health()),
    paces: options.providers.map(({ source }) => {
      const { markets, pricesMs, readsMs } = roster.pace(source)
      return {
        source,
        markets,
        pricesEverySeconds: pricesMs / 1000,
        minutesEverySeconds: Math.max(MINUTE_MS, readsMs) / 1000,
      }
    }),
    markets: [...roster.followed.values()].map(({ market, live, lastError, lastTold, heldUntilMs }) => ({
      market,
      live,
      lastError,
      lastTold,
      heldUntilMs: heldUntilMs > nowMs ? heldUntilMs : null,
    })),
    unknown: [...roster.unknown.values()],
    backfill: [...roster.followed.values()].flatMap((followed) =>
      followed.series
        .toSorted((a, b) => STORED_INTERVALS.indexOf(a.interval) - STORED_INTERVALS.indexOf(b.interval))
        .map((series) => ({
          market: series.market,
          interval: series.interval,
          ...series.progress(scopeOf(followed, series, state, nowMs)),
        })),
    ),
  }
}
