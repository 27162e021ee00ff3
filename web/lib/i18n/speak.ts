/** Puts the screen into the reader's language. */
import { showMessages } from './catalog.svelte.ts'
import { language } from './language.ts'

const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)$/

/**
 * Shows the messages of the language, and tells the browser of it: hyphens, spelling and reading aloud follow it.
 *
 * @throws Error where the messages cannot be loaded; the language on screen stays
 */
export async function speak(): Promise<void> {
  const spoken = language()
  const { documentElement: root } = document
  if (spoken !== root.lang) await showMessages(spoken)
  root.lang = spoken
  root.dir = RIGHT_TO_LEFT.test(spoken) ? 'rtl' : 'ltr'
}
