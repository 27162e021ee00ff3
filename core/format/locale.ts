/**
 * The reader's locale, guarded: browsers may name a language that `Intl` refuses (`C`, `en_US@posix`), and a screen
 * must not fail on it. Separators only; words stay English.
 */

/** The locale itself where `Intl` takes it, else `en`. */
export function safeLocale(locale: string | undefined): string {
  if (!locale) return 'en'
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en'
  } catch {
    // RangeError: not a language tag.
    return 'en'
  }
}

/** In which locale dates are written: in English the day comes first, for everybody, so that there is one order on all screens. */
export function dateLocale(locale: string | undefined): string {
  const safe = safeLocale(locale)
  return /^en\b/.test(safe) ? 'en-GB' : safe
}

/** How numbers are written in a locale: digits are always 0 to 9, so that columns stay tabular. */
interface NumberStyle {
  readonly point: string
  readonly whole: Intl.NumberFormat
}

const styles = new Map<string, NumberStyle>()

function numberStyle(locale: string): NumberStyle {
  const known = styles.get(locale)
  if (known) return known
  const whole = new Intl.NumberFormat(safeLocale(locale), { numberingSystem: 'latn' })
  const point = whole.formatToParts(1.5).find((part) => part.type === 'decimal')?.value ?? '.'
  const style = { point, whole }
  styles.set(locale, style)
  return style
}

/**
 * A plain decimal with the locale's grouping and decimal sign, digit for digit.
 *
 * @param plain such as `-61168.130`; trailing zeros are kept
 */
export function groupDecimal(plain: string, locale: string): string {
  const { point, whole } = numberStyle(locale)
  const negative = plain.startsWith('-')
  const [integer, fraction] = (negative ? plain.slice(1) : plain).split('.')
  const grouped = whole.format(BigInt(integer ?? '0'))
  return `${negative ? '−' : ''}${grouped}${fraction === undefined ? '' : point + fraction}`
}
