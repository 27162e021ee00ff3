/**
 * How the tabs of one browser talk: the one that syncs tells what changed, the others ask it to sync.
 * Without BroadcastChannel each tab is alone.
 */
import type { SyncNews } from '../../worker/sync-api.ts'

export type TabMessage =
  | SyncNews
  /** Please sync now: somebody looks. */
  | { readonly kind: 'wanted' }
  /** Please sync now: packs want more. */
  | { readonly kind: 'grown' }

export interface TabChannel {
  send(message: TabMessage): void
  close(): void
}

export function openChannel(name: string, take: (message: TabMessage) => void): TabChannel {
  if (typeof BroadcastChannel === 'undefined') return { send: () => undefined, close: () => undefined }
  const channel = new BroadcastChannel(name)
  channel.onmessage = (event: MessageEvent<TabMessage>) => take(event.data)
  return {
    send: (message) => channel.postMessage(message),
    close: () => channel.close(),
  }
}
