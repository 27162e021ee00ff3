/**
 * How far the server is with the history of markets that are new here. It is asked again when it has told of a revision,
 * which is when something was read, and never by the clock.
 */
import { SvelteMap } from 'svelte/reactivity'
import type { MarketId } from '../../../core/market.ts'
import type { BackfillProgress } from '../../../core/wire/api.ts'
import { WireError } from '../../../core/wire/error.ts'
import { readBackfill } from '../../../core/wire/found.ts'
import { later } from '../state/later.ts'
import { askJson, RequestError } from '../sync/request.ts'

const PAUSE_MS = 1_000
/** More at once would make an address too long; the others follow when these are read. */
const MOST = 50

class Histories {
  readonly #known = new SvelteMap<MarketId, readonly BackfillProgress[]>()
  readonly #watched = new Set<MarketId>()
  /** Read as far as it goes; asked for no more while the page lives. */
  readonly #read = new Set<MarketId>()

  /** Of a market that is being read; null of all others. */
  of(id: MarketId): readonly BackfillProgress[] | null {
    return this.#known.get(id) ?? null
  }

  /** From now on until all of it is read. */
  watch(id: MarketId): void {
    if (this.#watched.has(id) || this.#read.has(id)) return
    this.#watched.add(id)
    this.#known.set(id, [])
    this.ask()
  }

  /** Something may have been read. */
  ask(): void {
    if (this.#watched.size > 0) this.#askSoon()
  }

  #askSoon = later(PAUSE_MS, async () => {
    const asked = [...this.#watched].slice(0, MOST)
    if (asked.length === 0) return
    const progress = await progressOf(asked)
    if (progress === null) return
    for (const id of asked) {
      const own = progress.filter(({ market }) => market === id)
      const isRead = own.some(({ done }) => done > 0) && own.every(({ wanted, done }) => done >= wanted)
      if (isRead) {
        this.#watched.delete(id)
        this.#read.add(id)
        this.#known.delete(id)
      } else this.#known.set(id, own)
    }
  })
}

export const histories = new Histories()

/** null where the server cannot be asked now; the next revision asks again. */
async function progressOf(ids: readonly MarketId[]): Promise<readonly BackfillProgress[] | null> {
  const query = new URLSearchParams({ markets: ids.join(',') })
  try {
    const signal = AbortSignal.timeout(20_000)
    return readBackfill(await askJson((url, init) => fetch(url, init), `/api/v1/markets?${query}`, signal))
  } catch (error) {
    if (error instanceof RequestError || error instanceof WireError || isTimeout(error)) return null
    throw error
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
