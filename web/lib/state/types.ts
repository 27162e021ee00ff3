/**
 * What screens read and what they may ask for. Screens know nothing of IndexedDB, the network or the worker beyond this.
 * The implementation keeps these as runes (`*.svelte.ts`), so reading them in a component is enough to follow them.
 */
import type { MarketId } from '$core/market.ts'
import type { StoredInterval } from '$core/time/interval.ts'
import type { Continues, Freshness, HistoryProgress, MarketAnswer } from '$core/wire/api.ts'
import type { SeriesGaps } from '$core/wire/gaps.ts'
import type { ImportReport } from '$lib/pack/import.ts'
import type { PackCost } from '$lib/store/cost.ts'
import type { PackWish } from '$lib/store/packs.ts'
import type { PriceView, Range, SigmaSummary, SigmaView, StoredSeries } from '$worker/api.ts'

/** How the device stands with its server, judged by the last success, never by `navigator.onLine`. */
export interface Connection {
  readonly online: boolean
  /** No attempt to reach the server has ended since the app was opened: neither online nor offline is known. */
  readonly connecting: boolean
  /** null before the first success ever. */
  readonly lastSuccessMs: number | null
  readonly simulated: boolean
  /** Currencies in which the server prices coins; empty where it does not say. */
  readonly quotes: readonly string[]
  /** Seconds between two samples of a price, from the server. */
  readonly sampleSeconds: number
  /** Why the app cannot be installed or work offline here (plain http, no service worker); null when it can. */
  readonly notInstallable: string | null
  /** The browser keeps nothing for this page (a private window): prices come from the network, and there is no history. */
  readonly storageDenied: boolean
  /** This device was cleared a moment ago: nothing is fetched until somebody starts again. */
  readonly cleared: boolean
  /** A new version waits; `applyUpdate` switches to it. */
  readonly updateReady: boolean
  /** A newer version of the app, in another tab, has taken over the store: this page stands still until it is reloaded. */
  readonly replaced: boolean
  /** The server speaks a later wire format: the app must be updated. */
  readonly outdated: boolean
  readonly revision: number | null
  /** Nothing that the packs want is still to be fetched. */
  readonly synced: boolean
  readonly progress: SyncProgress | null
  /** How much of the history the server itself has read; null where it does not say. */
  readonly history: HistoryProgress | null
  /** How far the device's clock is ahead of the server's; 0 where they agree, or the server was not heard yet. */
  readonly clockAheadMs: number
  /** What went wrong last, in words for people; null when nothing did. */
  readonly trouble: string | null
}

export interface SyncProgress {
  readonly chunksWanted: number
  readonly chunksDone: number
  readonly bytesWanted: number
  readonly bytesDone: number
}

export interface MarketState {
  readonly id: MarketId
  readonly source: string
  readonly base: string
  readonly quote: string
  readonly name: string
  readonly tick: string | null
  readonly status: MarketAnswer['status']
  /** The coin's ticker, where the identifier does not hold it. */
  readonly symbol?: string | undefined
  /** By the owner; its status is `ended` meanwhile. */
  readonly paused?: true | undefined
  /** The market whose history ends where this one's begins. */
  readonly continues?: Continues | undefined
  /** null until a price or candle is on the device. */
  readonly price: string | null
  readonly priceAsOfMs: number | null
  readonly freshness: Freshness
  readonly change24h: number | null
  readonly sparkline: readonly number[]
  readonly sigma: SigmaSummary | null
}

/** How much of a market this device keeps. Days are kept whole. */
export interface Pack extends PackWish {
  readonly market: MarketId
  /** On the wire. */
  readonly bytesWanted: number
  readonly bytesStored: number
  readonly chunksWanted: number
  readonly chunksStored: number
  /** Everything that the pack wants lies on the device. */
  readonly complete: boolean
  /** Where the server's sealed record of each interval begins; null where it has none. */
  readonly firstMs: Readonly<Record<StoredInterval, number | null>>
}

export interface StorageState {
  /** false until it was looked at for the first time: sizes and series say nothing yet. */
  readonly isMeasured: boolean
  readonly usedBytes: number | null
  readonly quotaBytes: number | null
  /** null where the browser cannot say. */
  readonly persisted: boolean | null
  readonly byInterval: Readonly<Record<StoredInterval, number>>
  readonly series: readonly StoredSeries[]
  /** The browser had removed the data since the last visit; it is being fetched again. */
  readonly evicted: boolean
}

/** A market's view as it last stood on screen, thinned; read before anything else is ready. */
export interface KeptView {
  readonly range: Range
  /** One level, perhaps coarser than the worker's. */
  readonly price: PriceView
  /** null where it was too long to keep. */
  readonly sigma: SigmaView | null
}

export interface AppState {
  readonly connection: Connection
  /** In the order of the server. Empty only before the first sync. */
  readonly markets: readonly MarketState[]
  readonly packs: readonly Pack[]
  readonly storage: StorageState
  /** Once a second while visible; by the server's clock where the device's is wrong. */
  readonly nowMs: number
  applyUpdate(): void
  /** Changes what is kept of these markets; what no pack wants any more is let go at once. */
  setPacks(markets: readonly MarketId[], change: Partial<PackWish>): Promise<void>
  /** What each change would fetch and give back, of these markets together. */
  packCosts(markets: readonly MarketId[], changes: readonly Partial<PackWish>[]): Promise<readonly PackCost[]>
  /** Removes everything that the app keeps on this device, with the app's own files; preferences only if asked. */
  clearAll(withPreferences: boolean): Promise<void>
  /** What lies here of a market, as one file for another device. */
  packFile(market: MarketId): Promise<File>
  /**
   * Takes such a file of another device in.
   *
   * @throws PackError when the file is refused
   */
  takePackFile(file: Blob, progress: (share: number) => void): Promise<ImportReport>
  /** Why places of a series are missing, by the server; null where it does not say. The signal ends the request. */
  gaps(market: MarketId, interval: StoredInterval, signal: AbortSignal): Promise<SeriesGaps | null>
  askPersistence(): Promise<boolean>
  syncNow(): void
  /** What `keepView` kept of this market, for the first paint of a cold start; null when it was another market. */
  keptView(market: MarketId): KeptView | null
  /** Call after each full paint of a market; written to the device when the page is hidden. */
  keepView(view: KeptView): void
  /** Grows by one whenever stored candles of the market change: ask the worker again. */
  changes(market: MarketId): number
}
