/**
 * The service worker: the app's own files, precached, and nothing else. Data goes past it to IndexedDB.
 * What a captive portal answers in their place is not kept; the installation then waits for the next try.
 * A new version waits until the page asks for it.
 */
import { clientsClaim } from 'workbox-core'
import {
  addPlugins,
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from 'workbox-precaching'
import { NavigationRoute, registerRoute } from 'workbox-routing'

declare const self: ServiceWorkerGlobalScope & {
  /** Put in when the app is built. */
  readonly __WB_MANIFEST: Parameters<typeof precacheAndRoute>[0]
}

addPlugins([{ cacheWillUpdate: async ({ response }) => ((await isOurs(response)) ? response : null) }])
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()
// Every address of the app is the same page; the server's own addresses go to the server.
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api(\/|$)/, /^\/up(\/|$)/] }),
)
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting()
})
clientsClaim()

/** One page and no other file of ours is HTML, and that page has its name in it. */
async function isOurs(response: Response): Promise<boolean> {
  if (!response.ok) return false
  if (!response.headers.get('content-type')?.startsWith('text/html')) return true
  return (await response.clone().text()).includes('<meta name="application-name" content="Crypto Tracker"')
}
