/**
 * Tells listeners what was committed, in the order of revisions: two commits may be acknowledged to this process in
 * another order than that in which the database made them. Where several processes write, what each of them tells comes
 * from outside (`follow.ts`), this one's own news included, so that all processes tell the same in the same order.
 */
import type { ArchiveEvent } from './types.ts'

export interface Events {
  /** A transaction holds this revision and will tell or give up. Called in the order of revisions. */
  expect(revision: number): void
  /** It has committed (or not, then without events). */
  tell(revision: number, events: readonly ArchiveEvent[]): void
  /** Tells something that has no revision, at once. */
  tellNow(event: ArchiveEvent): void
  /** From here on only what is passed on is told. */
  takeFromOutside(): void
  passOn(event: ArchiveEvent): void
  subscribe(listener: (event: ArchiveEvent) => void): () => void
}

export function createEvents(): Events {
  const listeners = new Set<(event: ArchiveEvent) => void>()
  /** Revisions under way, ascending; null until it is known what became of one. */
  const pending = new Map<number, readonly ArchiveEvent[] | null>()
  let isFromOutside = false
  const passOn = (event: ArchiveEvent) => {
    for (const listener of listeners) listener(event)
  }
  return {
    expect: (revision) => {
      if (isFromOutside) return
      // A number given up by a rollback is taken again by the next transaction.
      pending.delete(revision)
      pending.set(revision, null)
    },
    tell: (revision, events) => {
      if (isFromOutside) return
      pending.set(revision, events)
      for (const [next, told] of pending) {
        if (told === null) return
        pending.delete(next)
        told.forEach(passOn)
      }
    },
    tellNow: (event) => {
      if (!isFromOutside) passOn(event)
    },
    takeFromOutside: () => {
      isFromOutside = true
      pending.clear()
    },
    passOn,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
