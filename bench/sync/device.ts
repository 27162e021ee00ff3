/**
 * A device of the benchmark `catching-up`: the app's own sync engine on a store in memory. What it asks is counted as it
 * goes over the wire: bodies as they are encoded.
 */
import { SyncEngine } from '../../web/lib/sync/engine.ts'
import type { Fetch } from '../../web/lib/sync/request.ts'
import { UNKNOWN_STATUS } from '../../web/lib/sync/status.ts'
import { newStore } from '../../web/lib/sync/test-device.ts'
import type { Store } from '../../web/lib/store/database.ts'

/** One request and the bytes of its answer. */
export interface Asked {
  /** Without parameters. */
  readonly path: string
  readonly bytes: number
}

export interface Device {
  readonly store: Store
  /** Starts the engine anew, as somebody who opens the app, and stops it once all that is wanted is here. */
  catchUp(): Promise<readonly Asked[]>
  /** Bytes of the tail with volumes, from where this device is. */
  bytesWithVolumes(): Promise<number>
}

/** Browsers name these. */
const ACCEPT_ENCODING = 'gzip, deflate, br, zstd'
const DEADLINE_MS = 600_000

/** @param now the device's clock */
export async function openDevice(url: string, now: () => number): Promise<Device> {
  const store = await newStore()
  return {
    store,
    catchUp: () => catchUp(store, url, now),
    bytesWithVolumes: async () => {
      const [position] = await store.positions.toArray()
      const { bytes } = await ask(`${url}/api/v1/tail?since=${position!.tail}`, {})
      return bytes
    },
  }
}

/** @throws Error when the answer does not say how long it is on the wire */
async function ask(url: string, init: RequestInit): Promise<{ response: Response; bytes: number }> {
  const headers = { ...init.headers, 'accept-encoding': ACCEPT_ENCODING }
  const response = await fetch(url, { ...init, headers })
  const length = response.headers.get('content-length')
  if (length === null) throw new Error(`${url}: came without a length, its bytes cannot be counted`)
  return { response, bytes: Number(length) }
}

async function catchUp(store: Store, url: string, now: () => number): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const counted: Fetch = async (path, init) => {
    const { response, bytes } = await ask(url + path, init)
    asked.push({ path: path.split('?')[0]!, bytes })
    return response
  }
  const end = new AbortController()
  const synced = Promise.withResolvers<null>()
  const engine = new SyncEngine(
    {
      store,
      fetch: counted,
      // The stream that is opened afterwards is no part of the catching up.
      connect: () => ({ addEventListener: () => {}, close: () => {} }),
      now,
      changed: () => {},
      quotesChanged: () => {},
      status: ({ synced: isSynced, trouble }) => {
        if (trouble !== null) synced.reject(new Error(JSON.stringify(trouble)))
        else if (isSynced) synced.resolve(null)
      },
    },
    UNKNOWN_STATUS,
  )
  const late = setTimeout(() => synced.reject(new Error('the device was not synced in time')), DEADLINE_MS)
  const running = engine.run(end.signal)
  try {
    await synced.promise
  } finally {
    clearTimeout(late)
    end.abort()
    await running
  }
  return asked
}
