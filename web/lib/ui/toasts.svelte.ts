/** Short news of what somebody has just done, with a way back where there is one. Drawn by Toaster.svelte. */

interface Toast {
  readonly text: string
  /** Of the text, where it is not the one on screen. */
  readonly lang?: 'en'
  /** `Undo`, most of the time. */
  readonly action?: { readonly name: string; readonly run: () => void }
}

interface Shown extends Toast {
  readonly id: number
}

class Toasts {
  /** The newest one; an older one leaves when another comes. */
  current = $state.raw<Shown | null>(null)
  #ids = 0

  show(toast: Toast): void {
    this.current = { ...toast, id: ++this.#ids }
  }

  /** Leaves only the one that is meant: another may have come meanwhile. */
  dismiss(id: number): void {
    if (this.current?.id === id) this.current = null
  }
}

export const toasts = new Toasts()
