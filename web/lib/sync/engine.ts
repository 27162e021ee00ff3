/**
 * The sync engine's life: rounds of sync, tail and chunks, one after the other, with the live stream in between.
 * A round comes at the start, when somebody looks, when the server tells of a revision, and every so often;
 * after a failure it waits longer each time.
 */
import { report } from '../store/report.ts'
import type { MarketId } from '../../../core/market.ts'
import { ChunkFormatError } from '../../../core/chunk/chunk.ts'
import type { LiveEvents, SyncPage } from '../../../core/wire/api.ts'
import { WireFormatError } from '../../../core/wire/error.ts'
import { mergeFrame, pullTail } from './tail.ts'
import { pullManifest } from './manifest.ts'
import { pullChunks } from './chunks.ts'
import { askPrices, keepQuotes, pullMarkets } from './prices.ts'
import { openLive, type EventStream, type LiveStream } from './live.ts'
import type { SyncContext } from './context.ts'
import type { SyncStatus } from './status.ts'
import type { Store } from '../store/database.ts'
import { wishOf } from '../store/packs.ts'
import { RequestError, type Fetch } from './request.ts'
import { PAUSES, type Pauses } from './pauses.ts'
import { isNoRoom, isStoreTrouble, noRoomTrouble, troubleOf } from './trouble.ts'
import { Wake } from './wake.ts'

/** A data saver: prices seldom, and no packs over a line that is metered. */
export interface Saving {
  readonly isOn: boolean
  readonly isMetered: boolean
}

export interface EngineParts {
  readonly store: Store
  readonly fetch: Fetch
  readonly connect: (url: string) => EventStream
  now(): number
  changed(markets: readonly MarketId[]): void
  quotesChanged(): void
  status(status: SyncStatus): void
  /** What the reader wants of the line; asked anew each time. */
  saving?(): Saving
  readonly pauses?: Partial<Pauses>
}

export class SyncEngine {
  readonly #parts: EngineParts
  readonly #pauses: Pauses
  readonly #wake = new Wake()
  /** First uncovered places for which the manifest was asked again. */
  readonly #seen = new Map<string, number>()
  #status: SyncStatus
  #failures = 0
  /** The last round failed, and people were told why. */
  #failing = false
  #live: LiveStream | null = null
  #pricesAtMs = -Infinity
  /** Of some market the change of the last day was not known. */
  #lacksChange = false
  #chunksAtMs = -Infinity
  /** A stream that breaks off again and again is not opened with every round. */
  #liveNotBeforeMs = -Infinity
  /** The packs do not fit; downloads wait until somebody asks, or for the next look through all chunks. */
  #full = false
  #writing: Promise<void> = Promise.resolve()

  constructor(parts: EngineParts, status: SyncStatus) {
    this.#parts = parts
    this.#pauses = { ...PAUSES, ...parts.pauses }
    this.#status = status
  }

  /** A round as soon as may be; ends the waiting after a failure. */
  syncNow(): void {
    this.#failures = 0
    this.#full = false
    this.#wake.now()
  }

  /** A round as soon as may be, and until then not everything that is wanted is here. */
  packsGrew(): void {
    this.#tell({ synced: false })
    this.syncNow()
  }

  /** Works until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => this.#wake.now()
    signal.addEventListener('abort', stop)
    try {
      while (!signal.aborted) {
        const pause = await this.#round(signal)
        if (!signal.aborted) await this.#wake.after(pause.least, pause.most)
      }
    } finally {
      signal.removeEventListener('abort', stop)
      this.#closeLive()
    }
  }

  /** One round; how long to wait then, woken and unwoken. */
  async #round(signal: AbortSignal): Promise<{ least: number; most: number }> {
    const context = this.#contextOf(signal)
    try {
      const changed = await pullManifest(context)
      if (await this.#pricesDue()) await this.#pullPrices(context)
      const tail = await pullTail(context, this.#seen)
      await this.#succeed(tail.revision)
      await this.#openLive(signal)
      if (changed || tail.manifestChanged || this.#chunksDue()) await this.#pullChunks(context)
      this.#failures = 0
      const { between, idle, saving } = this.#pauses
      return { least: between, most: this.#saving.isOn ? saving : idle }
    } catch (error) {
      if (!signal.aborted) await this.#fail(error)
      return this.#backOff()
    }
  }

  get #saving(): Saving {
    return this.#parts.saving?.() ?? { isOn: false, isMetered: false }
  }

  /** Every so often; at once where a market is new or has changed, since only the list tells its name and its state. */
  async #pricesDue(): Promise<boolean> {
    const agoMs = this.#parts.now() - this.#pricesAtMs
    if (agoMs >= this.#pauses.prices) return true
    const { history } = this.#status
    // Of a market whose first hours are just being read the change of a day is known any moment.
    if (this.#lacksChange && history && history.done < history.wanted && agoMs >= this.#pauses.newPrices)
      return true
    return !(await this.#parts.store.meta.get('archive'))?.listed
  }

  /** Chunks are looked through when something speaks for it, else once in a while. */
  #chunksDue(): boolean {
    return (
      (!this.#status.synced && !this.#full) || this.#parts.now() - this.#chunksAtMs >= this.#pauses.chunks
    )
  }

  async #pullChunks(context: SyncContext): Promise<void> {
    this.#chunksAtMs = this.#parts.now()
    let chunks = await pullChunks(context)
    if (chunks.replaced) {
      // Once only: a server that names what it does not have must not keep the device busy.
      await pullManifest(context)
      chunks = await pullChunks(context)
    }
    this.#full = chunks.noRoom
    this.#tell({ synced: chunks.complete, ...(chunks.complete ? { trouble: null } : {}) })
    if (chunks.waiting) this.#tell({ trouble: { why: 'metered' } })
  }

  #contextOf(signal: AbortSignal): SyncContext {
    const { store, fetch, now, changed } = this.#parts
    return {
      store,
      fetch,
      signal,
      now,
      mayDownload: () => !(this.#saving.isOn && this.#saving.isMetered),
      changed: (markets) => {
        if (markets.length > 0) changed(markets)
      },
      heard: (page) => this.#hear(page),
      progress: (progress) => this.#tell({ progress, ...(progress ? { synced: false } : {}) }),
      trouble: (trouble) => this.#tell({ trouble }),
    }
  }

  /** The first answer says that the server is there; how much of it is on the device shows at the end of the round. */
  #hear({ backfill }: SyncPage): void {
    const { online, connecting, history } = this.#status
    const news = backfill ?? null
    const same = news?.wanted === history?.wanted && news?.done === history?.done
    if (!online || connecting || !same) this.#tell({ online: true, connecting: false, history: news })
  }

  async #pullPrices(context: SyncContext): Promise<void> {
    const { store } = context
    const listed = (await store.meta.get('archive'))?.listed
    const [quotes] = await Promise.all([askPrices(context), listed ? null : pullMarkets(context)])
    await keepQuotes(store, quotes)
    this.#lacksChange = quotes.some(({ change24h }) => change24h === null)
    this.#pricesAtMs = this.#parts.now()
    this.#parts.quotesChanged()
  }

  async #succeed(revision: number | null): Promise<void> {
    const lastSuccessMs = this.#parts.now()
    const { store } = this.#parts
    await store.meta.update('archive', { lastSuccessMs })
    const head = revision ?? (await store.meta.get('archive'))?.revision ?? null
    const over = this.#failing ? { trouble: null } : {}
    this.#failing = false
    this.#tell({ online: true, connecting: false, lastSuccessMs, revision: head, outdated: false, ...over })
  }

  async #fail(error: unknown): Promise<void> {
    this.#closeLive()
    this.#failures += 1
    this.#failing = true
    // Whatever was told while it could not be heard is asked again.
    this.#pricesAtMs = -Infinity
    const outdated = error instanceof WireFormatError || error instanceof ChunkFormatError
    // What the store refuses says nothing of the server.
    const online = isStoreTrouble(error) ? this.#status.online : outdated
    const { store, now } = this.#parts
    const trouble = isNoRoom(error) ? await noRoomTrouble(store, now()) : troubleOf(error)
    this.#tell({ online, connecting: false, outdated, trouble })
    if (!(error instanceof RequestError) && !outdated) report('sync failed', error)
  }

  #backOff(): { least: number; most: number } {
    const { first, longest } = this.#pauses
    const most = Math.min(longest, first * 2 ** Math.max(0, this.#failures - 1))
    const pause = most * (0.5 + Math.random() / 2)
    return { least: 0, most: pause }
  }

  async #openLive(signal: AbortSignal): Promise<void> {
    if (this.#saving.isOn) return this.#closeLive()
    if (this.#live || signal.aborted || this.#parts.now() < this.#liveNotBeforeMs) return
    const archive = await this.#parts.store.meta.get('archive')
    const silenceMs = Math.max(45_000, 2.5 * 1000 * (archive?.sampleSeconds ?? 60))
    this.#live = openLive(this.#parts.connect, silenceMs, {
      // What came between the tail and the stream is asked for.
      opened: () => this.#wake.soon(),
      price: (event) => this.#write(() => this.#keepPrice(event)),
      candle: ({ price, volume }, revision) =>
        this.#write(async () => {
          const { store } = this.#parts
          await mergeFrame(store, price, revision)
          if (wishOf(await store.packs.get(price.market)).volume) await mergeFrame(store, volume, revision)
          this.#parts.changed([price.market])
        }),
      revision: (revision) => {
        if (revision > (this.#status.revision ?? 0)) this.#wake.soon()
      },
      lost: () => {
        this.#live = null
        this.#liveNotBeforeMs = this.#parts.now() + this.#pauses.between
        this.#pricesAtMs = -Infinity
        // The round tells whether the server is gone.
        this.#wake.now()
      },
    })
  }

  #closeLive(): void {
    this.#live?.close()
    this.#live = null
  }

  /** Live events are written one after the other; a store that fails ends the stream, and the next round tells. */
  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work).catch((error: unknown) => this.#fail(error))
  }

  async #keepPrice(event: LiveEvents['price']): Promise<void> {
    const { store, quotesChanged } = this.#parts
    const before = await store.quotes.get(event.market)
    const asOfMs = Date.parse(event.as_of)
    await keepQuotes(store, [
      {
        market: event.market,
        price: event.price,
        asOfMs,
        change24h: movedChange(before?.change24h ?? null, before?.price ?? null, event.price),
        sparkline: before?.sparkline ?? [],
      },
    ])
    quotesChanged()
  }

  #tell(news: Partial<SyncStatus>): void {
    this.#status = { ...this.#status, ...news }
    this.#parts.status(this.#status)
  }
}

/** The 24 h change carried on to a newer price; the price of a day ago is asked again every few minutes. */
function movedChange(change: number | null, before: string | null, price: string): number | null {
  if (change === null || before === null) return change
  return (Number(price) / Number(before)) * (1 + change) - 1
}
