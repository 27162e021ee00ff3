/** What a σ should be read with care for, in words: a name for its line, a sentence for its sheet. */
import type { Warning } from '../../../core/volatility/types.ts'
import { t } from '../i18n/t.ts'

export function warningName(warning: Warning): string {
  switch (warning.what) {
    case 'thin market':
      return t('thin market')
    case 'sampled source':
      return t('sampled source')
    case 'short history':
      return t('short history')
    case 'missing places':
      return t('places missing')
    case 'empty places':
      return t('many places without trades')
  }
}

export function warningText(warning: Warning): string {
  switch (warning.what) {
    case 'thin market':
      return t(
        `in ${warning.still} of ${warning.bars} bars the high is the low: with so few trades estimators of highs and lows read low`,
      )
    case 'sampled source':
      return t(
        `${warning.sampled} of ${warning.bars} bars are made of samples of a price, which miss what it did in between`,
      )
    case 'short history':
      return t(
        `${warning.history} bars are known, less than three windows of ${warning.window}: where σ stands in its history says little`,
      )
    case 'missing places':
      return t(
        `${warning.missing} of ${warning.places} places are missing, and nobody knows what happened there`,
      )
    case 'empty places':
      return t(`${warning.empty} of ${warning.places} places are without trades and count as flat bars`)
  }
}
