/**
 * The one owner of a server: a one-time link signs a browser in, and a session keeps it so. Links and sessions are kept
 * as hashes, so who reads the database gets in nowhere; neither is part of a backup.
 */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { DAY_MS, MINUTE_MS } from '../../core/time/interval.ts'
import type { Clock } from '../clock.ts'
import { rows, type Database, type Transaction } from '../db/database.ts'

interface OwnerLink {
  readonly token: string
  readonly expiresMs: number
}

export interface Owner {
  /** Makes a new link's token; those made before are no longer taken. */
  link(): Promise<OwnerLink>
  /** The same, unless there is one that is valid still: null then. */
  firstLink(): Promise<OwnerLink | null>
  /** Signs in with a token, once; null when it is unknown, used or expired. */
  signIn(token: string): Promise<{ readonly session: string; readonly expiresMs: number } | null>
  isSignedIn(session: string): Promise<boolean>
  signOut(session: string): Promise<void>
  /** Whether any browser is signed in. */
  isKnown(): Promise<boolean>
}

const LINK_MS = 60 * MINUTE_MS
const SESSION_MS = 180 * DAY_MS
/** 256 bits: nobody guesses one, so a plain hash of it is enough. */
const TOKEN_BYTES = 32

export function createOwner(database: Database, clock: Clock): Owner {
  return {
    link: () => database.write((tx) => newLink(tx, clock)),

    firstLink: () =>
      database.write(async (tx) => {
        // Of several processes that start together one makes it.
        await rows(tx, sql`LOCK TABLE owner_link IN EXCLUSIVE MODE`)
        const [known] = await rows(tx, sql`SELECT 1 FROM owner_link WHERE expires_at > ${clock.now()}`)
        return known ? null : newLink(tx, clock)
      }),

    signIn: (token) =>
      database.write(async (tx) => {
        const nowMs = clock.now()
        // Taken away and judged in one statement: of two who open it at once, one gets in.
        const [taken] = await rows<{ expires_at: string | number }>(
          tx,
          sql`DELETE FROM owner_link WHERE hash = ${hashOf(token)} RETURNING expires_at`,
        )
        if (!taken || Number(taken.expires_at) <= nowMs) return null
        const session = randomBytes(TOKEN_BYTES).toString('base64url')
        const expiresMs = nowMs + SESSION_MS
        await rows(tx, sql`DELETE FROM owner_session WHERE expires_at <= ${nowMs}`)
        await rows(
          tx,
          sql`INSERT INTO owner_session (hash, expires_at) VALUES (${hashOf(session)}, ${expiresMs})`,
        )
        return { session, expiresMs }
      }),

    isSignedIn: async (session) => {
      const found = await database.read((tx) =>
        rows(
          tx,
          sql`SELECT 1 FROM owner_session WHERE hash = ${hashOf(session)} AND expires_at > ${clock.now()}`,
        ),
      )
      return found.length > 0
    },

    signOut: async (session) => {
      await database.write((tx) => rows(tx, sql`DELETE FROM owner_session WHERE hash = ${hashOf(session)}`))
    },

    isKnown: async () => {
      const found = await database.read((tx) =>
        rows(tx, sql`SELECT 1 FROM owner_session WHERE expires_at > ${clock.now()} LIMIT 1`),
      )
      return found.length > 0
    },
  }
}

/** The one link that is valid from here on. */
async function newLink(tx: Transaction, clock: Clock): Promise<OwnerLink> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  const expiresMs = clock.now() + LINK_MS
  await rows(tx, sql`DELETE FROM owner_link`)
  await rows(tx, sql`INSERT INTO owner_link (hash, expires_at) VALUES (${hashOf(token)}, ${expiresMs})`)
  return { token, expiresMs }
}

/** The path that signs in, behind the server's address. Below `/api`, where no stored page of the app stands in for it. */
export function linkPath(token: string): string {
  return `/api/v1/owner/sign-in?token=${token}`
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
