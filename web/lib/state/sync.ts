/** Starts the sync in the tab whose turn it is, in a worker, and lets the tabs hear of each other. */
import { proxy } from 'comlink'
import { t } from '../i18n/t.ts'
import type { MarketId } from '../../../core/market.ts'
import type { SyncApi, SyncNews } from '../../worker/sync-api.ts'
import workerUrl from '../../worker/sync.worker.ts?worker&url'
import { openChannel, type TabMessage } from '../sync/channel.ts'
import type { Saving } from '../sync/engine.ts'
import { leadInTurn } from '../sync/leader.ts'
import type { SyncStatus } from '../sync/status.ts'
import { preferences } from '../ui/preferences.svelte.ts'
import { clock } from './clock.ts'
import { line } from './line.svelte.ts'
import { lineTo, type Line } from './worker.ts'

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
/** What the reader wants of the line. */
const saving = (): Saving => ({ isOn: preferences.current.dataSaver, isMetered: line.isMetered === true })

/** Works until the signal is aborted; then another tab may. */
export function startSync(data: DataEvents, ended: AbortSignal): SyncHandle {
  let worker: Line<SyncApi> | null = null
  let leads = false
  let status: SyncStatus = data.initial
  const channel = openChannel('crypto-tracker', take)

  function take(message: TabMessage): void {
    if (message.kind === 'changed') data.changed(message.markets)
    else if (message.kind === 'quotes') data.quotesChanged()
    else if (message.kind === 'wanted') wake('syncNow')
    else if (message.kind === 'grown') wake('packsGrew')
    else {
      status = message.status
      clock.follow(message.serverAheadMs)
      data.status(status)
    }
  }
  /** Heard here and in the other tabs. */
  function tell(news: SyncNews): void {
    take(news)
    channel.send(news)
  }
  /** Only the tab that syncs can be woken. */
  function wake(how: 'syncNow' | 'packsGrew'): void {
    if (leads) void worker?.api[how](saving())
  }

  async function lead(signal: AbortSignal): Promise<void> {
    worker ??= lineTo<SyncApi>(
      workerUrl,
      'sync',
      async () => new (await import('../../worker/sync.ts')).Syncing(),
    )
    const { api, isInPage, broken } = worker
    const stop = () => void api.stop()
    signal.addEventListener('abort', stop)
    leads = true
    try {
      const beginning = { status, deviceMs: Date.now(), serverAheadMs: clock.aheadMs, saving: saving() }
      await Promise.race([api.run(beginning, isInPage ? tell : proxy(tell)), broken])
    } finally {
      leads = false
      signal.removeEventListener('abort', stop)
    }
  }

  ended.addEventListener('abort', () => channel.close())
  leadInTurn(ended, lead).catch((error: unknown) => {
    const message = t(`Syncing stopped: ${String(error)}; reload the page.`)
    data.status({ ...status, connecting: false, trouble: { why: 'unexpected', message } })
  })

  const ask = (how: 'syncNow' | 'packsGrew', kind: 'wanted' | 'grown') => {
    if (ended.aborted) return
    if (leads) wake(how)
    else channel.send({ kind })
  }
  const syncNow = () => ask('syncNow', 'wanted')
  syncNow()
  return { syncNow, packsGrew: () => ask('packsGrew', 'grown') }
}
