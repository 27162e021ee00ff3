/** Brings the app up. The picture of the last visit stands in `app` already; this brings the device's own data. */
import { state } from './state.svelte.ts'

/** Resolves when the device's own data is in `app`; the network comes after. Call it once, in the page. */
export async function startApp(): Promise<void> {
  const { bringUp } = await import('./data.ts')
  await bringUp(state)
}
