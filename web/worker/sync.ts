/** The sync engine over the browser's own network and store, as the syncing tab's page starts, wakes and stops it. */
import { openStore, type Store } from '../lib/store/database.ts'
import { SyncEngine, type Saving } from '../lib/sync/engine.ts'
import { Clock } from '../lib/state/clock.ts'
import type { SyncApi, SyncBeginning, SyncNews } from './sync-api.ts'

export class Syncing implements SyncApi {
  readonly #store: Promise<Store>
  #engine: SyncEngine | null = null
  #saving: Saving = { isOn: false, isMetered: false }
  #end = new AbortController()

  constructor() {
    // The page watches over the same store and tells people when it cannot be used.
    const nothing = () => undefined
    this.#store = openStore({ replaced: nothing, blocked: nothing, cleared: nothing, evicted: nothing })
  }

  async run(
    { status, deviceMs, serverAheadMs, saving }: SyncBeginning,
    tell: (news: SyncNews) => void,
  ): Promise<void> {
    const end = (this.#end = new AbortController())
    this.#saving = saving
    // What is told of the server's clock is held against the page's reading of the device's.
    const apartMs = deviceMs - Date.now()
    const clock = new Clock(() => Date.now() + apartMs)
    clock.follow(serverAheadMs)
    clock.passed(status.lastSuccessMs)
    const store = await this.#store
    const engine = new SyncEngine(
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
        saving: () => this.#saving,
        status: (news) => tell({ kind: 'status', status: news, serverAheadMs: clock.aheadMs }),
      },
      status,
    )
    this.#engine = engine
    await engine.run(end.signal)
    if (this.#engine === engine) this.#engine = null
  }

  async stop(): Promise<void> {
    this.#end.abort()
  }

  async syncNow(saving: Saving): Promise<void> {
    this.#saving = saving
    this.#engine?.syncNow()
  }

  async packsGrew(saving: Saving): Promise<void> {
    this.#saving = saving
    this.#engine?.packsGrew()
  }
}
