/**
 * The messages on screen. English comes with the app, so that nothing is waited for; another language is one more file, which
 * the service worker keeps like all others. Components that read a message follow the language at once.
 */
import toRuntime from 'wuchale/runtime'
import * as english from '../../locales/.wuchale/markup.markup.en.compiled.js'
import { loadCatalog } from '../../locales/.wuchale/markup.proxy.js'

let shown = $state.raw(toRuntime(english, 'en'))

/** What the build asks for each text. */
export const catalog = () => shown

/** @throws Error where the language's file cannot be loaded; what was shown stays */
export async function showMessages(locale: string): Promise<void> {
  shown = toRuntime(locale === 'en' ? english : await loadCatalog('markup', locale), locale)
}
