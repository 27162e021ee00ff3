/** Why a value is not available, and what would make it so, in words. */
import type { Interval } from '../../../core/time/interval.ts'
import type { Unavailable } from '../../../core/volatility/types.ts'
import type { TooFew } from '../../worker/api.ts'
import { formatPercent } from '../../../core/format/percent.ts'
import { locale } from '../i18n/language.ts'
import { plural, t } from '../i18n/t.ts'

export function reasonText(reason: Unavailable | TooFew): string {
  switch (reason.why) {
    case 'no candles':
      return t(`no candles of ${reason.interval} here yet`)
    case 'after the last':
      return t('no candle is known from here on')
    case 'too short': {
      const { known, wanted, window, shortest } = reason
      const later = countedBars(wanted - known, reason.interval)
      return shortest === null
        ? t(`a window of ${window} needs ${wanted} in a row, only ${known} here: ${later} to go`)
        : t(
            `a window of ${window} needs ${wanted} in a row, only ${known} here: ${later} to go, or a window of at most ${shortest}`,
          )
    }
    case 'few samples':
      return t(
        `sampled source: ${reason.sparse} of ${reason.bars} bars have fewer than ${reason.fewest} samples, too few for their high and low; close-to-close is available`,
      )
    case 'bars missing': {
      const { used, window, fewest } = reason
      return reason.needsClose
        ? t(
            `only ${used} of ${window} bars have a close before, at least ${fewest} are needed; available when the missing ones are filled`,
          )
        : t(
            `only ${used} of ${window} bars are here, at least ${fewest} are needed; available when the missing ones are filled`,
          )
    }
    case 'no intraday':
      return t('only whole bars are here; the returns inside each day are needed, from bars of 1m or 5m')
    case 'under two days':
      return t('it is made of whole days; a window of at least two is available')
    case 'no minutes':
      return t(
        'the minutes of each day are needed, and none are on this device; available once minutes are kept here',
      )
    case 'sampled minutes':
      return t(
        'sampled source: its minutes are samples of a price, and the returns inside each day need trades; close-to-close is available',
      )
    case 'few days': {
      const { known, window, shortest } = reason
      const here = plural(known, ['those of # day are here', 'those of # days are here'])
      return shortest === null
        ? t(`a window of ${window} needs the minutes of as many days, ${here}; keep more minutes`)
        : t(
            `a window of ${window} needs the minutes of as many days, ${here}; keep more minutes, or take a window of at most ${shortest}`,
          )
    }
    case 'days missing': {
      const { used, window, fewest } = reason
      const share = formatPercent(reason.leastShare, 0, locale())
      return t(
        `only ${used} of ${window} days have ${share} of their minutes here, at least ${fewest} are needed; available when more minutes are kept here`,
      )
    }
    case 'few bars':
      return t(`${reason.used} bars in this span, at least ${reason.fewest} are needed`)
    case 'few returns':
      return t(`${reason.used} returns in this span, at least ${reason.fewest} are needed`)
    case 'few hours':
      return t(
        `${reason.used} hours are known here; an hour of the week needs ${reason.fewest} of its own, so about ${reason.fewest} weeks`,
      )
  }
}

/** Where the help says what would make the value available. */
export function reasonTopic({ why }: Unavailable): string {
  switch (why) {
    case 'too short':
      return 'short'
    case 'few samples':
    case 'sampled minutes':
      return 'sampled'
    case 'no intraday':
    case 'no minutes':
    case 'few days':
    case 'days missing':
    case 'under two days':
      return 'minutes'
    case 'bars missing':
      return 'missing'
    case 'no candles':
    case 'after the last':
      return 'not-available'
  }
}

/** `3 days`, `1 bar` */
function countedBars(count: number, interval: Interval): string {
  if (interval === '1d') return plural(count, ['# day', '# days'])
  if (interval === '1h') return plural(count, ['# hour', '# hours'])
  if (interval === '1m') return plural(count, ['# minute', '# minutes'])
  return plural(count, ['# bar', '# bars'])
}
