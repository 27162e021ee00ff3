/**
 * Follows what all processes on one database write: each revision once, in its order, with the candles that its writer told;
 * after a broken connection what was missed is read from the change log. So every process tells its listeners the same.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseError } from '../db/database.ts'
import type { Listening } from '../db/notices.ts'
import type { Context } from './context.ts'
import { headRevision } from './context.ts'
import { readNotice, type Notice } from './notice.ts'
import { eventsSince } from './resume.ts'

/** Revisions that are told one by one after a break; beyond that the newest alone is, on which devices sync. */
const MOST_MISSED = 2_000
const AGAIN_MS = 1_000

/** What is none of the archive's news, and that notices may have been missed. */
export type OtherNotice =
  Exclude<Notice, { kind: 'revision' | 'prices' | 'removed' }> | { readonly kind: 'again' }

/**
 * Resolves once it follows.
 *
 * @throws DatabaseError
 */
export async function follow(context: Context, heard: (notice: OtherNotice) => void): Promise<Listening> {
  const { database, events } = context
  if (!database.listen) throw new Error('an embedded database has one process, which hears itself')
  const follower = new Follower(context, heard)
  events.takeFromOutside()
  const listening = await database.listen({
    heard: (text) => follower.heard(text),
    listening: () => follower.listening(),
  })
  try {
    await follower.begun
  } catch (error) {
    await listening.close()
    throw error
  }
  return {
    close: () => {
      follower.end()
      return listening.close()
    },
  }
}

class Follower {
  readonly #context: Context
  readonly #heard: (notice: OtherNotice) => void
  readonly #ending = new AbortController()
  readonly #begun = Promise.withResolvers<null>()
  /** The newest revision that was told; null before the first. */
  #seen: number | null = null
  /** One notice after the other: some have to read first. */
  #turn: Promise<void> = Promise.resolve()

  constructor(context: Context, heard: (notice: OtherNotice) => void) {
    this.#context = context
    this.#heard = heard
  }

  /** Resolves once it is known from which revision on it follows. */
  get begun(): Promise<null> {
    return this.#begun.promise
  }

  end(): void {
    this.#ending.abort()
  }

  listening(): void {
    this.#then(async () => {
      if (this.#seen === null) {
        this.#seen = await this.#context.database.read(headRevision)
        this.#begun.resolve(null)
        return
      }
      await this.#catchUp()
      this.#heard({ kind: 'again' })
    })
  }

  heard(text: string): void {
    const notice = readNotice(text)
    if (notice) this.#then(() => this.#take(notice))
  }

  #then(work: () => Promise<void> | void): void {
    this.#turn = this.#turn.then(async () => {
      while (!this.#ending.signal.aborted)
        try {
          return await work()
        } catch (error) {
          if (!(error instanceof DatabaseError)) throw error
          // Before it has begun, whoever waits for that is told; later it is tried again until the database answers.
          if (this.#seen === null) return this.#begun.reject(error)
          await pause(AGAIN_MS, undefined, { signal: this.#ending.signal }).catch(() => {}) // The program ends.
        }
    })
  }

  async #take(notice: Notice): Promise<void> {
    const { events, told } = this.#context
    switch (notice.kind) {
      case 'revision':
        return this.#takeRevision(notice)
      case 'prices':
        for (const sample of notice.prices) {
          told.set(sample.market, sample)
          events.passOn({ kind: 'price', sample })
        }
        return
      case 'removed':
        told.delete(notice.market)
        return
      case 'wake':
      case 'lease':
      case 'question':
      case 'answer':
      case 'count':
        this.#heard(notice)
    }
  }

  async #takeRevision({ revision, candles, isLast }: Extract<Notice, { kind: 'revision' }>): Promise<void> {
    const { events } = this.#context
    const seen = this.#seen ?? revision
    if (revision <= seen) return
    // A program that does not tell wrote in between.
    if (revision > seen + 1) return this.#catchUp()
    for (const candle of candles) events.passOn(candle)
    if (!isLast) return
    events.passOn({ kind: 'revision', revision })
    this.#seen = revision
  }

  /** Tells what the log has beyond what was told. */
  async #catchUp(): Promise<void> {
    const { database, events, clock } = this.#context
    const seen = this.#seen ?? 0
    const [missed, head] = await database.read(async (tx) => [
      await eventsSince(tx, seen, MOST_MISSED, clock.now()),
      await headRevision(tx),
    ])
    if (missed) for (const event of missed) events.passOn(event)
    else events.passOn({ kind: 'revision', revision: head })
    this.#seen = head
  }
}
