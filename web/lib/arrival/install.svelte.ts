/**
 * Whether this device has the app, and the browser's offer to install it, which comes once, early, and is lost if nobody
 * listens.
 */
import { CHOICE_KEYS } from '../store/choice-keys.ts'

const KEY = CHOICE_KEYS.installDismissed

/** Chromium's, in no standard. */
interface InstallPrompt extends Event {
  prompt(): Promise<unknown>
}

class Install {
  #offer = $state.raw<InstallPrompt | null>(null)
  #isInstalled = $state(isStandalone())
  #isDismissed = $state(wasDismissed())

  constructor() {
    if (typeof window === 'undefined') return
    window.addEventListener('beforeinstallprompt', (event) => {
      // The browser's own banner would come at its time, not at ours.
      event.preventDefault()
      this.#offer = event as InstallPrompt
    })
    window.addEventListener('appinstalled', () => {
      this.#offer = null
      this.#isInstalled = true
    })
  }

  get hasOffer(): boolean {
    return this.#offer !== null
  }
  get isInstalled(): boolean {
    return this.#isInstalled
  }
  get isDismissed(): boolean {
    return this.#isDismissed
  }

  /** Shows the browser's dialog; an offer is good for one. */
  async ask(): Promise<void> {
    const offer = this.#offer
    this.#offer = null
    await offer?.prompt()
  }

  /** For good, on this device. */
  dismiss(): void {
    this.#isDismissed = true
    try {
      localStorage.setItem(KEY, '1')
    } catch {
      // Private windows may refuse; there is nothing to install in them anyway.
    }
  }
}

function isStandalone(): boolean {
  if (typeof window === 'undefined') return false
  // Safari on iOS has its own word.
  const { standalone } = navigator as Navigator & { readonly standalone?: boolean }
  return standalone === true || !window.matchMedia('(display-mode: browser)').matches
}

function wasDismissed(): boolean {
  try {
    return localStorage.getItem(KEY) !== null
  } catch {
    return false
  }
}

export const install = new Install()
