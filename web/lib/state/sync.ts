/** Starts the sync engine in the tab whose turn it is, and lets the tabs hear of each other. */
import { t } from '../i18n/t.ts'
import type { MarketId } from '../../../core/market.ts'
import type { Store } from '../store/database.ts'
import { openChannel, type TabMessage } from '../sync/channel.ts'
import { SyncEngine } from '../sync/engine.ts'
import { leadInTurn } from '../sync/leader.ts'
import { preferences } from '../ui/preferences.svelte.ts'
import { clock } from './clock.ts'
import { line } from './line.svelte.ts'
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

/** Works until the signal is aborted; then another tab may. */
export function startSync(store: Store, data: DataEvents, ended: AbortSignal): SyncHandle {
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
      clock.follow(message.serverAheadMs)
      data.status(status)
    }
  }
  /** Heard here and in the other tabs. */
  function tell(message: TabMessage): void {
    take(message)
    channel.send(message)
  }

  ended.addEventListener('abort', () => channel.close())
  void leadInTurn(ended, async (signal) => {
    engine = new SyncEngine(
      {
        store,
        fetch: async (url, init) => {
          const response = await fetch(url, init)
          if (init.cache === 'no-store') clock.hear(response)
          return response
        },
        connect: (url) => new EventSource(url),
        now: () => clock.now(),
        changed: (markets) => tell({ kind: 'changed', markets }),
        quotesChanged: () => tell({ kind: 'quotes' }),
        saving: () => ({ isOn: preferences.current.dataSaver, isMetered: line.isMetered === true }),
        status: (news) => tell({ kind: 'status', status: news, serverAheadMs: clock.aheadMs }),
      },
      status,
    )
    await engine.run(signal)
    engine = null
  }).catch((error: unknown) => {
    data.status({
      ...status,
      connecting: false,
      trouble: t(`Syncing stopped: ${String(error)}; reload the page.`),
    })
  })

  const syncNow = () => {
    if (ended.aborted) return
    if (engine) engine.syncNow()
    else channel.send({ kind: 'wanted' })
  }
  const packsGrew = () => {
    if (ended.aborted) return
    if (engine) engine.packsGrew()
    else channel.send({ kind: 'grown' })
  }
  syncNow()
  return { syncNow, packsGrew }
}
