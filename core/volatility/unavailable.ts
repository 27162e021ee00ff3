/** Why a value is not available, and what would make it so, in English for the command line and the API. */
import type { Unavailable } from './types.ts'

export function unavailableText(reason: Unavailable): string {
  switch (reason.why) {
    case 'no candles':
      return `no candles of ${reason.interval} are known: backfill or import them`
    case 'after the last':
      return 'no candle is known from here on'
    case 'too short': {
      const { known, wanted, window, interval, shortest } = reason
      const needed = `a window of ${window} needs ${wanted} places of ${interval} in a row, ${known} are known`
      return shortest === null ? needed : `${needed}; a window of at most ${shortest} is available`
    }
    case 'few samples':
      return `${reason.sparse} of ${reason.bars} bars are made of fewer than ${reason.fewest} samples, too few for their high and low: take close or ewma`
    case 'bars missing': {
      const { used, window, needsClose, fewest } = reason
      const what = needsClose ? 'have a close before' : 'are known'
      return `only ${used} of ${window} bars ${what}, at least ${fewest} are needed: fill the missing ones`
    }
    case 'no intraday':
      return `bars of ${reason.interval} say nothing of the returns inside a day: give bars of 1m or 5m`
    case 'under two days':
      return 'it is made of whole days: a window of at least 2d is available'
    case 'no minutes':
      return 'no minutes are known: backfill or import them'
    case 'sampled minutes':
      return 'the minutes are samples of a price, not trades: take close or ewma of days'
    case 'few days': {
      const { known, window, shortest } = reason
      const needed = `a window of ${window} needs the minutes of as many days, those of ${known} are known: backfill or import more`
      return shortest === null ? needed : `${needed}, or take a window of at most ${shortest}`
    }
    case 'days missing': {
      const { used, window, fewest, leastShare } = reason
      return `only ${used} of ${window} days have ${leastShare * 100} % of their 5-minute returns, at least ${fewest} are needed: fill the missing minutes`
    }
  }
}
