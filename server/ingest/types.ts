/** What ingest is to its neighbours. */
import type { Logger } from 'pino'
import type { MarketId } from '../../core/market.ts'
import type { BackfillProgress } from '../../core/wire/api.ts'
import type { Told } from '../../core/wire/told.ts'
import type { Retention } from '../archive/kept.ts'
import type { Archive, SettlingMs } from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import type { Logos } from '../logos.ts'
import type { FeedStatus } from './live-prices.ts'
import type { Provider, ProviderHealth } from '../providers/types.ts'

export interface IngestOptions {
  readonly archive: Archive
  /** It may grow while ingest runs; `wake` makes it look. */
  readonly providers: readonly Provider[]
  /**
   * The one source that it reads, where others on the same database read the others and keep the archive up; null = it
   * seals, compresses and lets go of what is old, and reads none. Not there = all of it.
   */
  readonly share?: string | null
  readonly clock: Clock
  readonly sampleSeconds: number
  readonly settling: SettlingMs
  /** How many days of minutes are wanted of markets that say nothing else. */
  readonly minuteDays: number
  /** How long each interval is kept: nothing older is asked for. For ever where not given. */
  readonly retention?: Retention
  /** Keeps logos of coins; not there = nobody wants any. */
  readonly logos?: Logos
  readonly log: Logger
}

export interface Ingest {
  /** Ends the loop; what is under way ends first. */
  stop(): Promise<void>
  /** Markets or coverage were changed by somebody else: look again now. */
  wake(): void
  status(): IngestStatus
}

export interface IngestStatus {
  readonly sources: readonly ProviderHealth[]
  /** Their sockets, where they have one. */
  readonly feeds: readonly FeedStatus[]
  readonly paces: readonly SourcePace[]
  readonly markets: readonly MarketStatus[]
  /** Markets that cannot be asked for, with the nearest names. */
  readonly unknown: readonly UnknownMarket[]
  readonly backfill: readonly BackfillProgress[]
  /** Where there may be several: those that run, and who does what. */
  readonly processes?: readonly ProcessStatus[]
  readonly leases?: readonly LeaseStatus[]
}

/** A process on this database. */
export interface ProcessStatus {
  readonly role: string
  readonly version: string
  /** Machine and number of the process. */
  readonly place: string
  readonly startedMs: number
  readonly seenMs: number
}

/** What one process does at a time. */
export interface LeaseStatus {
  /** A source, or sealing and retention. */
  readonly what: string
  /** The place of its process; null while nobody does it. */
  readonly holder: string | null
  readonly takenMs: number
  readonly renewedMs: number
}

/** How often the markets of a source take turns: as wanted, or as its limit allows. */
interface SourcePace {
  readonly source: string
  /** Live ones. */
  readonly markets: number
  readonly pricesEverySeconds: number
  readonly minutesEverySeconds: number
}

interface MarketStatus {
  readonly market: MarketId
  readonly live: boolean
  /** What went wrong last; null since the last success. */
  readonly lastError: string | null
  readonly lastTold: Told | null
  /** Not asked for before; null while it is asked. */
  readonly heldUntilMs: number | null
}

/** A market that cannot be asked for, and which names come near. */
export interface UnknownMarket {
  readonly market: MarketId
  readonly reason: string
  readonly nearest: readonly MarketId[]
  readonly told: Told
}
