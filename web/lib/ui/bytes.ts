/** Sizes in the reader's language. */
import { formatBytes } from '../../../core/format/bytes.ts'
import { locale } from '../i18n/language.ts'
import { t } from '../i18n/t.ts'

/** `812 B`, `5.2 MB` */
export const bytesText = (bytes: number | null): string => formatBytes(bytes, locale())

/** How much of how much: `1.2 of 1.9 MB`, the unit said once where it is the same. */
export function bytesOf(done: number, wanted: number): string {
  const [part, whole] = [bytesText(Math.min(done, wanted)), bytesText(wanted)]
  const unit = whole.slice(whole.lastIndexOf(' '))
  const number = part.endsWith(unit) ? part.slice(0, -unit.length) : part
  return t(`${number} of ${whole}`)
}
