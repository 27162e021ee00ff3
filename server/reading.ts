/** What a process has to do with sources: it asks them itself, or leaves that to others on its database. */
import type { Logger } from 'pino'
import type { Archive, SettlingMs } from './archive/types.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { startIngest } from './ingest/start.ts'
import type { Ingest, IngestStatus } from './ingest/types.ts'
import type { Logos } from './logos.ts'
import type { Provider, ProviderHealth } from './providers/types.ts'
import { createSources, openFollowed, openSource, type Sources } from './sources.ts'

/** Wrong tokens and orders of a client, which count at every process that serves, wherever they were given. */
export interface SharedCounts {
  /** One was given here: `door` names where. */
  tell(door: string, client: string): void
  /** Takes those that were given elsewhere. */
  hear(door: string, take: (client: string) => void): void
}

export interface Reading {
  readonly sources: Sources
  /** Begins to read what is followed. */
  start(): Promise<void>
  /** Markets or coverage were changed by order: whoever reads looks again now. */
  wake(): Promise<void>
  /** null where nobody reads. */
  status(): Promise<IngestStatus | null>
  /** Of the sources that this very process asks. */
  health(): readonly ProviderHealth[]
  /** null where no other process serves. */
  readonly counts: SharedCounts | null
  /** What is under way ends first. */
  stop(): Promise<void>
}

export interface ReadingParts {
  readonly config: Config
  readonly archive: Archive
  readonly clock: Clock
  readonly settling: SettlingMs
  /** null where nobody looks at pictures. */
  readonly logos: Logos | null
  readonly log: Logger
}

/** Reads these sources as the settings want it. @param share what of all there is to do; left out = all of it */
export function startReading(
  { config, archive, clock, settling, logos, log }: ReadingParts,
  providers: readonly Provider[],
  share?: string | null,
): Ingest {
  const { sampleSeconds, minuteDays, retention } = config
  return startIngest({
    archive,
    providers,
    clock,
    sampleSeconds,
    settling,
    minuteDays,
    retention,
    ...(share !== undefined && { share }),
    ...(logos && { logos }),
    log,
  })
}

/** All sources are this process's: nobody else has the database. */
export function readAlone(parts: ReadingParts): Reading {
  const { config, archive, clock, log } = parts
  const sources = createSources(config, (source) => openSource(source, { config, archive, clock, log }))
  let ingest: Ingest | null = null
  return {
    sources,
    start: async () => {
      await openFollowed(sources, [...config.markets, ...(await archive.markets())], log)
      ingest ??= startReading(parts, sources.list)
    },
    wake: async () => ingest?.wake(),
    status: async () => ingest?.status() ?? null,
    health: () => sources.list.map((provider) => provider.health()),
    counts: null,
    stop: async () => {
      await ingest?.stop()
      await sources.close()
    },
  }
}
