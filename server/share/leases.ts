/**
 * Leases in the database: who speaks with a source, one process at a time. They are renewed while their holder lives, run out
 * when it does not, and are let go at an orderly stop. All times in the tables are the database's, so no machine's clock
 * matters; how long a holder may act it knows by its own steady clock, counted from before it asked.
 */
import { sql } from 'drizzle-orm'
import { list, textList } from '../db/arrays.ts'
import { DatabaseError, rows, type Database, type Transaction } from '../db/database.ts'
import { notify } from '../db/notices.ts'
import { LeaseLostError, type Fence } from '../archive/fence.ts'
import { noticeText } from '../archive/notice.ts'

/** A lease lasts so long from its last renewal: with the look of others every few seconds it is taken over well within 30 s. */
export const LEASE_MS = 20_000
export const RENEW_EVERY_MS = 4_000
/** So long before its end its holder asks nothing more: what has left by then has arrived when the next one begins. */
const MARGIN_MS = 3_000

/** Writes of the holder before, which has asked for nothing since, are over within so long, or stand still. */
const WRITES_END_WITHIN_MS = 1_500

/** The lease of sealing and retention; no source has such a name. */
export const UPKEEP = '(upkeep)'

/** First of the two numbers of the advisory locks that lie between a lease's writers and whoever takes it over. */
const FENCE = 817

/** The database's clock, Unix milliseconds. */
export const DATABASE_NOW = sql`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** How long its holder may act: by the steady clock, and by the wall's, since the steady one stands while a machine sleeps. */
class Term {
  #steadyEnd: number
  #wallEnd: number

  /** @param askedAt when the database was asked, by `performance.now()` */
  constructor(askedAt: number) {
    this.#steadyEnd = askedAt + LEASE_MS - MARGIN_MS
    this.#wallEnd = Date.now() - performance.now() + this.#steadyEnd
  }

  renew(askedAt: number): void {
    this.#steadyEnd = askedAt + LEASE_MS - MARGIN_MS
    this.#wallEnd = Date.now() - performance.now() + this.#steadyEnd
  }

  /** Milliseconds for which it may still act; 0 once it may not. */
  leftMs(): number {
    return Math.max(0, Math.min(this.#steadyEnd - performance.now(), this.#wallEnd - Date.now()))
  }
}

export interface Taken {
  readonly name: string
  readonly token: number
  readonly term: Term
  /** How long the source takes no request yet, as the holder before was told. */
  readonly pausedMs: number
}

/**
 * Takes a lease that is free; null where somebody was faster. Waits for the writes that its last holder has under way, a
 * moment: one that stands still (a machine that was put to sleep) loses its connections.
 */
export async function takeLease(database: Database, holder: string, name: string): Promise<Taken | null> {
  try {
    return await tryToTake(database, holder, name)
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    await throwOut(database, name)
    return tryToTake(database, holder, name)
  }
}

async function tryToTake(database: Database, holder: string, name: string): Promise<Taken | null> {
  const [taken, askedAt] = await database.writeFirst(async (tx) => {
    const [free] = await rows(
      tx,
      sql`SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM lease WHERE name = ${name} AND expires_at > ${DATABASE_NOW})`,
    )
    if (!free) return [undefined, 0] as const
    await rows(tx, sql`SELECT set_config('lock_timeout', ${`${WRITES_END_WITHIN_MS}ms`}, true)`)
    await rows(tx, sql`SELECT pg_advisory_xact_lock(${FENCE}, hashtext(${name}))::text`)
    // Not before: the wait for the lock may have been long, and the lease lasts from its row on.
    const askedAt = performance.now()
    const [taken] = await rows<{ token: string | number; paused: string | number }>(
      tx,
      sql`INSERT INTO lease AS known (name, token, holder, taken_at, renewed_at, expires_at)
        SELECT ${name}::text, 1, ${holder}::uuid, now, now, now + ${LEASE_MS}::bigint FROM (SELECT ${DATABASE_NOW} AS now) AS clock
        ON CONFLICT (name) DO UPDATE SET token = known.token + 1, holder = excluded.holder, taken_at = excluded.taken_at,
          renewed_at = excluded.renewed_at, expires_at = excluded.expires_at WHERE known.expires_at <= excluded.taken_at
        RETURNING token, greatest(0, coalesce(paused_until, 0) - taken_at) AS paused`,
    )
    if (taken) await notify(tx, noticeText({ kind: 'lease', name }))
    return [taken, askedAt] as const
  })
  if (!taken) return null
  return { name, token: Number(taken.token), term: new Term(askedAt), pausedMs: Number(taken.paused) }
}

/** Ends the connections that write under the lease, or wait to. */
async function throwOut(database: Database, name: string): Promise<void> {
  await database.writeFirst((tx) =>
    rows(
      tx,
      sql`SELECT pg_terminate_backend(pid) FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = ${FENCE}::int::oid AND objid::bigint = hashtext(${name})::bigint & 4294967295 AND objsubid = 2
          AND mode = 'ShareLock' AND pid <> pg_backend_pid()`,
    ),
  )
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && (error.cause as { code?: unknown } | null)?.code === '55P03'
}

/** What is told of a lease at its renewal. */
export interface Renewal {
  readonly name: string
  readonly token: number
  readonly pausedUntilMs: number | null
  readonly standing: string
  /** null = as they were. */
  readonly details: string | null
}

/** Names of those that are this holder's still, and for another term. */
export async function renewLeases(
  tx: Transaction,
  holder: string,
  renewals: readonly Renewal[],
): Promise<ReadonlySet<string>> {
  if (renewals.length === 0) return new Set()
  const renewed = await rows<{ name: string }>(
    tx,
    sql`UPDATE lease l SET renewed_at = now, expires_at = now + ${LEASE_MS}::bigint, paused_until = r.paused,
        standing = r.standing, details = coalesce(r.details, l.details)
      FROM (SELECT ${DATABASE_NOW} AS now) AS clock, unnest(${textList(renewals.map(({ name }) => name))}::text::text[],
        ${list(renewals.map(({ token }) => token))}::text::bigint[],
        ${list(renewals.map(({ pausedUntilMs }) => pausedUntilMs))}::text::bigint[],
        ${textList(renewals.map(({ standing }) => standing))}::text::text[],
        ${textList(renewals.map(({ details }) => details))}::text::text[]) AS r (name, token, paused, standing, details)
      WHERE l.name = r.name AND l.token = r.token AND l.holder = ${holder}::uuid AND l.expires_at > now
      RETURNING l.name`,
  )
  return new Set(renewed.map(({ name }) => name))
}

/** Lets a lease go, so that another process may take it at once. */
export async function releaseLease(database: Database, { name, token }: Pick<Taken, 'name' | 'token'>) {
  await database.writeFirst(async (tx) => {
    await rows(
      tx,
      sql`UPDATE lease SET expires_at = least(expires_at, ${DATABASE_NOW}) WHERE name = ${name} AND token = ${token}`,
    )
    await notify(tx, noticeText({ kind: 'lease', name }))
  })
}

/**
 * Writing goes on under the same lease only.
 *
 * Two statements: one that has waited for a lock sees what was there before the wait.
 */
export function fenceOf({ name, token }: Pick<Taken, 'name' | 'token'>): Fence {
  return async (tx) => {
    await rows(tx, sql`SELECT pg_advisory_xact_lock_shared(${FENCE}, hashtext(${name}))::text`)
    const [known] = await rows<{ token: string | number }>(
      tx,
      sql`SELECT token FROM lease WHERE name = ${name}`,
    )
    if (Number(known?.token) !== token) throw new LeaseLostError(name)
  }
}
