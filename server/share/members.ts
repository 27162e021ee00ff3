/** The processes on one database, the leases they hold, and what there is to hold: each says that it lives, all can look. */
import { hostname } from 'node:os'
import { sql } from 'drizzle-orm'
import type { MarketId } from '../../core/market.ts'
import type { Role } from '../config.ts'
import { rows, type Transaction } from '../db/database.ts'
import { VERSION } from '../version.ts'
import { DATABASE_NOW, LEASE_MS, UPKEEP } from './leases.ts'

export interface Member {
  readonly id: string
  readonly role: Role
  readonly version: string
  /** Machine and number of the process. */
  readonly place: string
  readonly startedMs: number
  /** How long ago it said that it lives. */
  readonly silentMs: number
}

export interface KnownLease {
  readonly name: string
  readonly holder: string
  /** How long ago it was taken, and renewed. */
  readonly heldMs: number
  readonly renewedMsAgo: number
  /** How long it lasts; 0 or less: it has been free for so long. */
  readonly leftMs: number
  /** As its last holder told them; null where it has not yet. */
  readonly standing: string | null
  readonly details: string | null
}

/** A source with its markets that are followed. */
export interface WantedSource {
  readonly source: string
  readonly markets: readonly MarketId[]
}

/** Who has not said so for this long is not counted any more. */
const ALIVE_MS = LEASE_MS
/** Who is silent for a day is forgotten. */
const FORGET_MS = 86_400_000
/** Questions that nobody has read the answer of. */
const STALE_QUESTION_MS = 60_000

/** This process, as it is known to the others. */
function thisPlace(): string {
  return `${hostname()}, process ${process.pid}`
}

/** Says that this process lives. */
export async function sayAlive(tx: Transaction, id: string, role: Role): Promise<void> {
  await rows(
    tx,
    sql`INSERT INTO process (id, role, version, place, started_at, seen_at)
      VALUES (${id}, ${role}, ${VERSION}, ${thisPlace()}, ${DATABASE_NOW}, ${DATABASE_NOW})
      ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at`,
  )
  await rows(tx, sql`DELETE FROM process WHERE seen_at < ${DATABASE_NOW} - ${FORGET_MS}::bigint`)
  await rows(tx, sql`DELETE FROM question WHERE asked_at < ${DATABASE_NOW} - ${STALE_QUESTION_MS}::bigint`)
}

export async function sayGone(tx: Transaction, id: string): Promise<void> {
  await rows(tx, sql`DELETE FROM process WHERE id = ${id}`)
}

/** Processes that live, the oldest first. */
export async function listMembers(tx: Transaction): Promise<Member[]> {
  const found = await rows<
    Record<'id' | 'version' | 'place', string> & {
      role: Role
      started: string | number
      silent: string | number
    }
  >(
    tx,
    sql`SELECT id, role, version, place, started_at AS started, ${DATABASE_NOW} - seen_at AS silent FROM process
      WHERE seen_at > ${DATABASE_NOW} - ${ALIVE_MS}::bigint ORDER BY started_at, id`,
  )
  return found.map(({ started, silent, ...member }) => ({
    ...member,
    startedMs: Number(started),
    silentMs: Number(silent),
  }))
}

/** The processes, and who of them does what; of what nobody wants any more, nothing. */
export async function whoDoesWhat(
  tx: Transaction,
): Promise<{ readonly members: readonly Member[]; readonly leases: readonly KnownLease[] }> {
  const wanted = new Set([UPKEEP, ...(await wantedSources(tx)).map(({ source }) => source)])
  const leases = await listLeases(tx)
  return {
    members: await listMembers(tx),
    leases: leases.filter(({ name, leftMs }) => leftMs > 0 || wanted.has(name)),
  }
}

/** Whether any process reads sources. */
export async function someoneReads(tx: Transaction): Promise<boolean> {
  return (await listMembers(tx)).some(({ role }) => role !== 'api')
}

export async function listLeases(tx: Transaction): Promise<KnownLease[]> {
  const found = await rows<{
    name: string
    holder: string
    held: string | number
    renewed: string | number
    left: string | number
    standing: string | null
    details: string | null
  }>(
    tx,
    sql`SELECT name, holder, ${DATABASE_NOW} - taken_at AS held, ${DATABASE_NOW} - renewed_at AS renewed,
      expires_at - ${DATABASE_NOW} AS left, standing, details FROM lease ORDER BY name`,
  )
  return found.map(({ held, renewed, left, ...lease }) => ({
    ...lease,
    heldMs: Number(held),
    renewedMsAgo: Number(renewed),
    leftMs: Number(left),
  }))
}

/** Sources of markets that are followed, or were, and those that somebody asks something of. */
export async function wantedSources(tx: Transaction): Promise<WantedSource[]> {
  const found = await rows<{ source: string; markets: string | null }>(
    tx,
    sql`SELECT source, string_agg(id, ' ') AS markets FROM (
        SELECT source, id FROM market WHERE NOT removed AND source <> 'csv' AND status NOT IN ('imported', 'paused')
        UNION ALL SELECT source, NULL FROM question WHERE answer IS NULL AND failure IS NULL) AS wanted
      GROUP BY source ORDER BY source`,
  )
  return found.map(({ source, markets }) => ({ source, markets: (markets?.split(' ') ?? []) as MarketId[] }))
}
