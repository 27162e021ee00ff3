/** Figures put into words: for the ear, and where a sentence stands beside a number. */
import { formatSpan } from '../../../core/format/age.ts'
import type { FormattedMove } from '../../../core/format/move.ts'
import type { FormattedChange, FormattedSigma } from '../../../core/format/percent.ts'
import { t } from '../i18n/t.ts'

/** `up 1.23 percent` */
export function changeSaid({ direction, percent }: FormattedChange): string {
  switch (direction) {
    case 'up':
      return t(`up ${percent} percent`)
    case 'down':
      return t(`down ${percent} percent`)
    case 'flat':
      return t('unchanged')
    case null:
      return t('change not available')
  }
}

/** `up 1.2 sigma` */
export function moveSaid({ direction, size }: FormattedMove): string {
  switch (direction) {
    case 'up':
      return t(`up ${size} sigma`)
    case 'down':
      return t(`down ${size} sigma`)
    case 'flat':
      return t(`${size} sigma`)
    case null:
      return t('move not available')
  }
}

/** `≈ 3.1 % a day`; empty where σ is not available. */
export function dailyMove({ day }: FormattedSigma): string {
  if (day === null) return ''
  return day.startsWith('<') ? t(`${day} % a day`) : t(`≈ ${day} % a day`)
}

/** `58.3 percent a year, about 3.1 percent a day` */
export function sigmaSaid({ year, day }: FormattedSigma): string {
  if (year === null || day === null) return t('volatility not available')
  if (year.startsWith('<')) return t(`less than ${year.slice(2)} percent a year`)
  if (day.startsWith('<')) return t(`${year} percent a year, less than ${day.slice(2)} percent a day`)
  return t(`${year} percent a year, about ${day} percent a day`)
}

/**
 * How long ago something was: `just now`, `12 s ago`, `3 min ago`, `3 d 4 h ago`. What is ahead of the device's clock is just
 * now.
 */
export function ageText(ageMs: number): string {
  if (ageMs < 5_000) return t('just now')
  return t(`${formatSpan(ageMs)} ago`)
}
