/** Puts the screen into the reader's language. */
import { showMessages } from './catalog.svelte.ts'
import { language } from './language.ts'

/** The language of the messages on screen. */
let shown = 'en'
const RIGHT_TO_LEFT = /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)$/

/**
 * Shows the messages of the language, and tells the browser of it: hyphens, spelling and reading aloud follow it.
 *
 * @throws Error where the messages cannot be loaded; the language on screen stays
 */
export async function speak(): Promise<void> {
  const spoken = language()
  const { documentElement: root } = document
  if (spoken !== shown) {
    await showMessages(spoken)
    shown = spoken
  }
  // Another one was chosen while its messages were on their way.
  if (spoken !== language()) return speak()
  root.lang = spoken
  root.dir = RIGHT_TO_LEFT.test(spoken) ? 'rtl' : 'ltr'
}
