/** The reader's locale for separators, safe where the browser names none that exists. */
import { safeLocale } from '../../../core/format/locale.ts'

export const locale = safeLocale(globalThis.navigator?.language)
