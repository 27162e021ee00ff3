/**
 * The service worker: the app's own files, precached, and logos of coins once they were shown. Data goes past it to IndexedDB.
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
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/(api|up|phone)(\/|$)/] }),
)
// Logos are few and never change their meaning: what was shown once is shown without a network, too.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith('/api/v1/logos/'),
  async ({ request }) => {
    const cache = await caches.open('logos')
    const kept = await cache.match(request)
    if (kept) return kept
    const response = await fetch(request)
    if (response.ok && response.headers.get('content-type')?.startsWith('image/'))
      await cache.put(request, response.clone())
    return response
  },
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
