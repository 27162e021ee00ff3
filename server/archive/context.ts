/** What every room of the archive works with: the database, the clock and the writing transaction that takes a revision. */
import { sql } from 'drizzle-orm'
import { rows, type Database, type Transaction } from '../db/database.ts'
import { notify } from '../db/notices.ts'
import type { Clock } from '../clock.ts'
import type { Zipped } from './chunk-bytes.ts'
import { revisionNotices } from './notice.ts'
import type { ReadyPeriods } from './ready.ts'
import type { Events } from './events.ts'
import type { Retention } from './kept.ts'
import type { StandingFrames } from './standing.ts'
import type { MarketId } from '../../core/market.ts'
import type { ArchiveEvent, Sample, SettlingMs } from './types.ts'

export interface ArchiveOptions {
  readonly clock: Clock
  readonly settling: SettlingMs
  readonly sampleSeconds: number
  /** The markets are simulated; devices show it. */
  readonly simulated: boolean
  /** How long sources' raw answers are kept; 30 where not given. */
  readonly rawDays?: number
  /** How long each interval is kept; for ever where not given. */
  readonly retention?: Retention
  /** Minutes are wanted for so many days back, where a market says nothing else; 365 where not given. */
  readonly minuteDays?: number
}

export interface Context extends ArchiveOptions {
  readonly database: Database
  readonly archiveId: string
  readonly events: Events
  readonly standing: StandingFrames
  /** The newest price of each market that was told in between two samples. */
  readonly told: Map<MarketId, Sample>
  readonly zipped: Zipped
  readonly ready: ReadyPeriods
  /** Nobody waits for what goes on in here but the end. */
  readonly underWay: Set<Promise<void>>
}

/**
 * Takes the next revision. To be called once everything else of the transaction is known: from here to the commit the
 * one row of `head` is locked, which makes the order of revisions the order of commits, so that who reads up to a
 * revision has seen every row below it. Locks are taken in one order everywhere: source, then head.
 */
export type TakeRevision = () => Promise<number>

export interface Committed<T> {
  readonly result: T
  /** Told to listeners after the commit. */
  readonly events: readonly ArchiveEvent[]
}

/**
 * Runs a writing transaction and tells its events after the commit, in the order of revisions: to this process, or where
 * there may be several, to all that follow.
 */
export async function commit<T>(
  { database, events }: Pick<Context, 'database' | 'events'>,
  work: (tx: Transaction, takeRevision: TakeRevision) => Promise<Committed<T>>,
): Promise<T> {
  let taken: number | null = null
  try {
    const { result, events: told } = await database.write(async (tx) => {
      const committed = await work(tx, async () => {
        taken ??= await nextRevision(tx, (revision) => events.expect(revision))
        return taken
      })
      if (taken !== null && database.listen) await notify(tx, ...revisionNotices(taken, committed.events))
      return committed
    })
    if (taken !== null) events.tell(taken, [...told, { kind: 'revision', revision: taken }])
    return result
  } catch (error) {
    if (taken !== null) events.tell(taken, [])
    throw error
  }
}

async function nextRevision(tx: Transaction, expect: (revision: number) => void): Promise<number> {
  const [head] = await rows<{ revision: string | number }>(
    tx,
    sql`UPDATE head SET revision = revision + 1 RETURNING revision`,
  )
  const revision = Number(head!.revision)
  expect(revision)
  return revision
}

/** The newest revision, as this transaction's snapshot sees it. */
export async function headRevision(tx: Transaction): Promise<number> {
  const [head] = await rows<{ revision: string | number }>(tx, sql`SELECT revision FROM head`)
  return Number(head!.revision)
}
