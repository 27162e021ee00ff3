/** Which line the device uses, where the browser says it (Chromium on Android does; Safari and Firefox do not). */
import { createSubscriber } from 'svelte/reactivity'

interface NetworkInformation extends EventTarget {
  readonly type?: string
  readonly saveData?: boolean
}

class Line {
  readonly #information = (globalThis.navigator as { connection?: NetworkInformation } | undefined)
    ?.connection
  readonly #follow = createSubscriber((update) => {
    this.#information?.addEventListener('change', update)
    return () => this.#information?.removeEventListener('change', update)
  })

  /** Whether data over it is dear: a mobile line, or a device that asks all apps to save. null where nobody says. */
  get isMetered(): boolean | null {
    this.#follow()
    const { type, saveData } = this.#information ?? {}
    if (saveData || type === 'cellular') return true
    return type === undefined || type === 'unknown' ? null : false
  }
}

export const line = new Line()
