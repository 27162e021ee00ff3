/** The usual mistakes in words: what is done, and why it is wrong. */
import { formatPercent } from '$core/format/percent.ts'
import type { Misprint, Mistake } from '$core/volatility/mistakes.ts'
import type { Estimator } from '$core/volatility/types.ts'
import { locale } from '$lib/i18n/language.ts'
import { t } from '$lib/i18n/t.ts'

export function mistakeWords(mistake: Mistake, estimator: Estimator): { name: string; why: string } {
  switch (mistake) {
    case '252-days':
      return {
        name: t('252 days instead of 365'),
        why: t(
          '252 is a year of exchanges that close at weekends. Coins trade every day, so a year has 365 of their returns.',
        ),
      }
    case 'divided-by-n':
      return {
        name: t('n instead of n − 1'),
        why: t(
          'The mean comes from the same returns and uses one of them up: dividing by n reads low, most in short windows.',
        ),
      }
    case 'not-demeaned':
      return estimator === 'close'
        ? {
            name: t('Mean taken as zero'),
            why: t('What the price gained or lost over the window is counted as volatility.'),
          }
        : {
            name: t('Terms not demeaned'),
            why: t(
              'Yang-Zhang takes jumps and moves around their own mean; without it a trend is counted as volatility.',
            ),
          }
    case 'closes-counted':
      return {
        name: t('N closes counted as N returns'),
        why: t('Between N closes lie N − 1 returns, so the window is one bar shorter than it says.'),
      }
    case 'simple-returns':
      return {
        name: t('Simple instead of log returns'),
        why: t('Up 10 % and down 9.1 % come back to the same price; only log returns count both alike.'),
      }
    case 'close-squares':
      return {
        name: t('Close to close where open to close belongs'),
        why: t('The jump from the close before counts twice: by itself, and in the return that contains it.'),
      }
    case 'k-of-one':
      return {
        name: t('1.34 in k taken for 1'),
        why: t(
          'k weighs moves against ranges so that the error is least; another constant gives another weight.',
        ),
      }
    case 'divided-by-n-minus-one':
      return {
        name: t('n − 1 instead of n'),
        why: t('Rogers-Satchell takes no mean out, so it uses no bar up: dividing by n − 1 reads high.'),
      }
    case 'forward-filled':
      return {
        name: t('Gaps forward-filled'),
        why: t(
          'Each missing bar becomes a return of zero, and the bar after it takes the move of the whole gap. What is not known is not calm.',
        ),
      }
  }
}

/** Below this a difference reads as nothing with the one decimal that σ has. */
const LEAST_SHOWN = 5e-4

/** A difference with its sign; `< 0.1 %` for what would read as nothing. */
export function differenceText(difference: number): string {
  const size = Math.abs(difference)
  if (difference === 0) return formatPercent(0, 1, locale())
  if (size < LEAST_SHOWN) return `< ${formatPercent(0.001, 1, locale())}`
  const text = formatPercent(size, 1, locale())
  return difference > 0 ? `+${text}` : `−${text}`
}

/** The same for the ear. */
export function differenceSaid(difference: number): string {
  const size = Math.abs(difference)
  if (size < LEAST_SHOWN) return t(`less than ${formatPercent(0.001, 1, locale())}`)
  const text = formatPercent(size, 1, locale())
  return difference > 0 ? t(`${text} too high`) : t(`${text} too low`)
}

/** How the difference varied over the series; empty where it did not. */
export function rangeText({ least, most }: Misprint): string {
  if (Number.isNaN(least) || most - least < LEAST_SHOWN) return ''
  return t(`${differenceText(least)} to ${differenceText(most)}`)
}
