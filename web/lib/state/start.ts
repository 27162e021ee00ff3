/** Brings the app up. The picture of the last visit stands in `app` already; this brings the device's own data. */
import { report } from '../store/report.ts'
import { state } from './state.svelte.ts'

/** Resolves when the device's own data is in `app`; the network comes after. Call it once, in the page. */
export async function startApp(): Promise<void> {
  const { bringUp } = await import('./data.ts')
  await bringUp(state)
  void lookForOwner()
}

/** The tab of the owner comes or goes as the server says; a server that cannot be asked changes nothing. */
async function lookForOwner(): Promise<void> {
  const [{ lookWhoseThisIs }, { OwnerError }] = await Promise.all([
    import('../owner/session.ts'),
    import('../owner/ask.ts'),
  ])
  await lookWhoseThisIs().catch((error: unknown) => {
    if (!(error instanceof OwnerError)) report('who is signed in is not known', error)
  })
}
