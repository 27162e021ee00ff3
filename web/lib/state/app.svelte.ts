/**
 * The one state of the app, as runes. Screens read it; only this folder writes it.
 */
import type { MarketId } from '../../../core/market.ts'
import type { AppState, Connection, KeptView, MarketState, Pack, StorageState } from './types.ts'

export class State implements AppState {
  connection = $state.raw<Connection>({
    online: false,
    lastSuccessMs: null,
    simulated: false,
    sampleSeconds: 60,
    notInstallable: null,
    updateReady: false,
    outdated: false,
    revision: null,
    synced: false,
    progress: null,
    trouble: null,
  })
  markets = $state.raw<readonly MarketState[]>([])
  packs = $state.raw<readonly Pack[]>([])
  storage = $state.raw<StorageState>({
    usedBytes: null,
    quotaBytes: null,
    persisted: null,
    byInterval: { '1m': 0, '1h': 0, '1d': 0 },
    series: [],
    evicted: false,
  })
  nowMs = $state(Date.now())

  applyUpdate(): void {}
  async setPack(_market: MarketId, _depth: { readonly minuteDays: number }): Promise<void> {}
  async packCost(_market: MarketId, _depth: { readonly minuteDays: number }): Promise<number> {
    return 0
  }
  async askPersistence(): Promise<boolean> {
    return false
  }
  syncNow(): void {}
  keptView(_market: MarketId): KeptView | null {
    return null
  }
  keepView(_view: KeptView): void {}
  changes(_market: MarketId): number {
    return 0
  }
}

export const app: AppState = new State()
