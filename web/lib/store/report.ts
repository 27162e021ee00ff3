/** Where what should not happen is told to whoever looks: the browser's console, the only log that a device has. */

/** Tells of a fault that was survived; people read of it on screen where it matters to them. */
export function report(what: string, error: unknown): void {
  // eslint-disable-next-line no-console -- the one door to the console
  console.error(what, error)
}
