/** Starts the sync engine in the tab whose turn it is, and lets the tabs hear of each other. */
import type { MarketId } from '../../../core/market.ts'
import type { Store } from '../store/database.ts'
import { openChannel, type TabMessage } from '../sync/channel.ts'
import { SyncEngine } from '../sync/engine.ts'
import { leadInTurn } from '../sync/leader.ts'
import type { SyncStatus } from '../sync/status.ts'

/** What the syncing tab and the other tabs tell this one. */
export interface DataEvents {
  changed(markets: readonly MarketId[]): void
  quotesChanged(): void
  status(status: SyncStatus): void
  /** How the data stood when the store was opened. */
  readonly initial: SyncStatus
}

export interface SyncHandle {
  syncNow(): void
  /** Packs want what is not here yet. */
  packsGrew(): void
}

export function startSync(store: Store, data: DataEvents): SyncHandle {
  let engine: SyncEngine | null = null
  let status: SyncStatus = data.initial
  const channel = openChannel('crypto-tracker', take)

  function take(message: TabMessage): void {
    if (message.kind === 'changed') data.changed(message.markets)
    else if (message.kind === 'quotes') data.quotesChanged()
    else if (message.kind === 'wanted') engine?.syncNow()
    else if (message.kind === 'grown') engine?.packsGrew()
    else {
      status = message.status
      data.status(status)
    }
  }
  /** Heard here and in the other tabs. */
  function tell(message: TabMessage): void {
    take(message)
    channel.send(message)
  }

  void leadInTurn(new AbortController().signal, async (signal) => {
    engine = new SyncEngine(
      {
        store,
        fetch: (url, init) => fetch(url, init),
        connect: (url) => new EventSource(url),
        now: () => Date.now(),
        changed: (markets) => tell({ kind: 'changed', markets }),
        quotesChanged: () => tell({ kind: 'quotes' }),
        status: (news) => tell({ kind: 'status', status: news }),
      },
      status,
    )
    await engine.run(signal)
    engine = null
  }).catch((error: unknown) => {
    data.status({
      ...status,
      connecting: false,
      trouble: `Syncing stopped: ${String(error)}; reload the page.`,
    })
  })

  const syncNow = () => {
    if (engine) engine.syncNow()
    else channel.send({ kind: 'wanted' })
  }
  const packsGrew = () => {
    if (engine) engine.packsGrew()
    else channel.send({ kind: 'grown' })
  }
  syncNow()
  return { syncNow, packsGrew }
}
