/**
 * What the owner sees of the server: asked for while somebody looks, kept on the device with its as-of for when the server
 * cannot be reached, and asked for again after each order.
 */
import type { GapsAnswer, IngestAnswer, QuarantinedAnswer } from '../../../core/wire/owner.ts'
import { readGapsAnswer, readIngestAnswer, readQuarantineAnswer } from '../../../core/wire/read-owner.ts'
import { messageOf } from '../owner/trouble.ts'
import { askOwner } from '../owner/ask.ts'
import type { Words } from '../owner/told.ts'
import { owner } from '../owner/owner.svelte.ts'
import { clock } from '../state/clock.ts'
import { keepPicture, keptPicture } from './kept.ts'

/** Between two looks at what moves. */
const PAUSE_MS = 5_000
/** The server goes through every place for them, which may take it long: they are asked for less often. */
const GAPS_DEADLINE_MS = 180_000
const GAPS_OLD_MS = 600_000

/** How the server stood at an instant. */
export interface Picture {
  readonly asOfMs: number
  readonly ingest: IngestAnswer
  /** Decided rows as well. */
  readonly quarantine: readonly QuarantinedAnswer[]
}

/** What was missing at an instant. */
export interface GapsPicture {
  readonly asOfMs: number
  readonly answer: GapsAnswer
}

class Admin {
  #picture = $state.raw<Picture | null>(null)
  #gaps = $state.raw<GapsPicture | null>(null)
  #trouble = $state.raw<Words | null>(null)
  #gapsTrouble = $state.raw<Words | null>(null)
  #isReached = $state(false)
  #isLookingForGaps = $state(false)
  #isWatched = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #looking: Promise<void> | null = null
  /** Another one after each sign-out: what was asked before it is not for whoever sits here now. */
  #session = {}

  constructor() {
    const kept = keptPicture()
    this.#picture = kept.picture
    this.#gaps = kept.gaps
    owner.onSignedOut(() => this.#forget())
  }

  /** As it stood at its as-of; null before the first look ever. */
  get picture(): Picture | null {
    return this.#picture
  }
  get gaps(): GapsPicture | null {
    return this.#gaps
  }
  /** Why the newest look failed; null when it did not. */
  get trouble(): Words | null {
    return this.#trouble
  }
  get gapsTrouble(): Words | null {
    return this.#gapsTrouble
  }
  /** Whether the server answered the newest look: only then may something be ordered. */
  get isReached(): boolean {
    return this.#isReached
  }
  get isLookingForGaps(): boolean {
    return this.#isLookingForGaps
  }

  /** Looks now and from then on while the page is visible; gives what ends it. */
  watch(): () => void {
    this.#isWatched = true
    const look = () => void this.#look()
    document.addEventListener('visibilitychange', look)
    look()
    if (!this.#gaps || clock.now() - this.#gaps.asOfMs > GAPS_OLD_MS) void this.lookForGaps()
    return () => {
      this.#isWatched = false
      document.removeEventListener('visibilitychange', look)
      clearTimeout(this.#timer)
    }
  }

  /** Anew, after something was ordered. */
  async refresh(): Promise<void> {
    await this.#looking
    await this.#look()
  }

  async lookForGaps(): Promise<void> {
    if (this.#isLookingForGaps) return
    this.#isLookingForGaps = true
    const session = this.#session
    const trouble = await troubleOf(async () => {
      const answer = readGapsAnswer(await askOwner('/admin/gaps', GAPS_DEADLINE_MS))
      if (session !== this.#session) return
      this.#gaps = { asOfMs: clock.now(), answer }
      this.#keep()
    })
    if (session !== this.#session) return
    this.#gapsTrouble = trouble
    this.#isLookingForGaps = false
  }

  /** Nothing of it stays here; what is kept on the device has gone with the sign-in. */
  #forget(): void {
    this.#session = {}
    clearTimeout(this.#timer)
    this.#picture = this.#gaps = this.#looking = null
    this.#trouble = this.#gapsTrouble = null
    this.#isReached = this.#isLookingForGaps = false
  }

  #look(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#isWatched || document.visibilityState !== 'visible' || !owner.isSignedIn)
      return Promise.resolve()
    const session = this.#session
    this.#looking ??= this.#ask().finally(() => {
      if (session !== this.#session) return
      this.#looking = null
      if (this.#isWatched) this.#timer = setTimeout(() => void this.#look(), PAUSE_MS)
    })
    return this.#looking
  }

  async #ask(): Promise<void> {
    const session = this.#session
    const trouble = await troubleOf(async () => {
      const [ingest, quarantine] = await Promise.all([
        askOwner('/admin/ingest').then(readIngestAnswer),
        askOwner('/admin/quarantine?all=true').then(readQuarantineAnswer),
      ])
      if (session !== this.#session) return
      this.#picture = { asOfMs: clock.now(), ingest, quarantine }
      this.#keep()
    })
    if (session !== this.#session) return
    this.#trouble = trouble
    this.#isReached = trouble === null
  }

  #keep(): void {
    keepPicture({ picture: this.#picture, gaps: this.#gaps })
  }
}

/** What went wrong, in words; null when nothing did. */
async function troubleOf(work: () => Promise<void>): Promise<Words | null> {
  try {
    await work()
    return null
  } catch (error) {
    return messageOf(error)
  }
}

export const admin = new Admin()
