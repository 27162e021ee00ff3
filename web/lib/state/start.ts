/** Brings the app up: the snapshot first, then what the device holds, then the network. */

/** Resolves when the device's own data is in `app`; the network comes after. Call it once, in the page. */
export async function startApp(): Promise<void> {}
