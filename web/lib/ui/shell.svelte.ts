/** What the screens share about the window they are in and how the start went. Not data: that is in `state`. */
class Shell {
  wide = $state(false)
  /** Why the app could not start on this device; null when it did. */
  failure = $state<string | null>(null)
}

export const shell = new Shell()

let marked = false

/** Tells the outside that a screen stands, painted from the device's own data: after the frame that shows it. */
export function markReady(): void {
  if (marked) return
  marked = true
  requestAnimationFrame(() => requestAnimationFrame(() => (document.documentElement.dataset.ready = 'true')))
}
