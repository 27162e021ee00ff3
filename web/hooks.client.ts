/** Before the first screen: the language in which it is written. */
import type { ClientInit } from '@sveltejs/kit'
import { speak } from '$lib/i18n/speak.ts'

export const init: ClientInit = async () => {
  await speak().catch(() => {
    // Its messages cannot be loaded: the app speaks English, and is asked again at the next start.
  })
}
