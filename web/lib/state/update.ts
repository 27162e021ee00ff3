/**
 * The app's own updates: a new version installs beside the running one and waits until people ask for it.
 * Also says why the app cannot be installed where it cannot.
 */
import { dev } from '$app/environment'
import type { Workbox } from 'workbox-window'
import { t } from '../i18n/t.ts'
import { report } from '../store/report.ts'
import type { State } from './state.svelte.ts'
import { trustedScript } from './trusted-script.ts'

const LOOK_AGAIN_MS = 3_600_000

/** Why there is no service worker here; null when there is one. */
export function whyNotInstallable(): string | null {
  if (!window.isSecureContext)
    return t(
      'This address is plain http. Browsers install an app and keep it for offline use only over https (or on localhost): open it through https. Until then everything works while the server can be reached.',
    )
  if (!('serviceWorker' in navigator))
    return t(
      'This browser offers no service worker here (a private window?), so the app works only while the server can be reached.',
    )
  return null
}

/**
 * Registers the service worker and watches for new versions. A browser that refuses the service worker has an app that
 * works while the server can be reached, and people are told so; nothing waits for it, and nothing is thrown.
 *
 * @returns what switches to the newest version that can be had, and else loads the page again
 */
export async function watchUpdates(state: State): Promise<() => void | Promise<void>> {
  const reload = () => window.location.reload()
  if (dev || whyNotInstallable() !== null) return reload
  let refused = false
  const refuse = (error: unknown) => {
    refused = true
    state.setConnection({
      notInstallable: t(
        'This browser refused the service worker, so the app works only while the server can be reached.',
      ),
    })
    report('no service worker', error)
  }
  try {
    const { Workbox } = await import('workbox-window')
    const workbox = new Workbox(trustedScript('/service-worker.js'), { scope: '/' })
    workbox.addEventListener('waiting', () => state.setConnection({ updateReady: true }))
    // Another tab has switched: this one stays as it is until people reload it. Who had no version before has the newest.
    const hadVersion = navigator.serviceWorker.controller !== null
    workbox.addEventListener('controlling', ({ isUpdate, isExternal }) => {
      if (hadVersion && (isUpdate || isExternal)) state.setConnection({ updateReady: true })
    })
    // Whatever it says, and whenever: the app is there without it.
    void register(workbox).catch(refuse)
    lookForVersions(workbox)
    return async () => {
      if (refused || !(await isWaiting())) return reload()
      workbox.addEventListener('controlling', reload)
      workbox.messageSkipWaiting()
    }
  } catch (error) {
    refuse(error)
    return reload
  }
}

/** @throws what the browser says, or that it gave no registration */
async function register(workbox: Workbox): Promise<void> {
  if (!(await workbox.register())) throw new Error('the browser gave no registration')
}

/** Whether a newer version waits; one that nobody knew of is fetched first. */
async function isWaiting(): Promise<boolean> {
  const registration = await navigator.serviceWorker.getRegistration('/')
  if (!registration) return false
  // Without network there is none to be had.
  if (!registration.waiting) await registration.update().catch(() => undefined)
  const { installing } = registration
  if (installing)
    await new Promise<void>((resolve) => {
      installing.addEventListener('statechange', () => resolve(), { once: true })
    })
  return registration.waiting !== null
}

function lookForVersions(workbox: Workbox): void {
  let lookedMs = performance.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || performance.now() - lookedMs < LOOK_AGAIN_MS) return
    lookedMs = performance.now()
    // Offline there is nothing to look at; the next look comes.
    workbox.update().catch(() => undefined)
  })
}
