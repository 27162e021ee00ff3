/** The language of the app: the reader's choice, or the first of the browser's that the app speaks. */
import { safeLocale } from '../../../core/format/locale.ts'
import { preferences } from '../ui/preferences.svelte.ts'
import { isLanguage, type Language } from './languages.ts'

/** Tags of the browser, the best first; a browser may name none. */
const wanted = (): readonly string[] => globalThis.navigator?.languages ?? []
const primary = (tag: string): string => tag.split('-', 1)[0]!.toLowerCase()

export function language(): Language {
  const { language: chosen } = preferences.current
  return chosen === 'system' ? (wanted().map(primary).find(isLanguage) ?? 'en') : chosen
}

/** The answer given last, and for what: figures on a moving chart ask many times a frame. */
let answered: {
  readonly spoken: Language
  readonly tags: readonly string[]
  readonly locale: string
} | null = null

/** For numbers and dates: the browser's own variant of the language on screen (`de-AT`), else the language. */
export function locale(): string {
  const spoken = language()
  const tags = wanted()
  if (answered?.spoken !== spoken || answered.tags !== tags)
    answered = { spoken, tags, locale: safeLocale(tags.find((tag) => primary(tag) === spoken) ?? spoken) }
  return answered.locale
}
