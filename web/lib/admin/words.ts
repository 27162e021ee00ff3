/** What the server's states mean, in words for its owner. */
import { INTERVAL_MS } from '../../../core/time/interval.ts'
import type { Zone } from '../../../core/time/zone.ts'
import type { GapAnswer, GapClass, SourceStatus } from '../../../core/wire/owner.ts'
import { plural, t } from '../i18n/t.ts'
import { instantOf } from '../ui/when.ts'

/** Places that one request to a source brings. */
const REQUEST_PLACES = 300

interface GapWords {
  readonly what: string
  /** What can be done about it. */
  readonly advice: string
  /** Asking the source once more may bring it. */
  readonly canBeReadAgain: boolean
}

export function gapWords(kind: GapClass): GapWords {
  switch (kind) {
    case 'outage':
      return {
        what: t('outage of the source'),
        advice: t('Some sources fill an outage later: read again.'),
        canBeReadAgain: true,
      }
    case 'rate-limited':
      return {
        what: t('waits for the limit of the source'),
        advice: t('Nothing to do: it is asked for as soon as the source takes requests again.'),
        canBeReadAgain: false,
      }
    case 'unread':
      return {
        what: t('not fetched yet'),
        advice: t('Nothing to do: it is on the list of what is read.'),
        canBeReadAgain: false,
      }
    case 'unwanted':
      return {
        what: t('before the first minute that is wanted'),
        advice: t('Backfill the market from an earlier day to have it.'),
        canBeReadAgain: false,
      }
    case 'not-listed':
      return { what: t('before the listing'), advice: t('There is nothing to have.'), canBeReadAgain: false }
    case 'limit':
      return {
        what: t('beyond what the source gives'),
        advice: t('Import it from a file, or follow the coin at another source.'),
        canBeReadAgain: false,
      }
    case 'refused':
      return {
        what: t('refused, in quarantine'),
        advice: t('Decide in quarantine, or read again: the source may have corrected it.'),
        canBeReadAgain: true,
      }
    case 'unsampled':
      return {
        what: t('no price was sampled'),
        advice: t('There is nothing to have: this server was not running, or the source was silent.'),
        canBeReadAgain: false,
      }
    case 'unconfirmed':
      return {
        what: t('the source gave nothing, not confirmed'),
        advice: t('It is read once more by itself. Read again to have that now.'),
        canBeReadAgain: true,
      }
    case 'not-imported':
      return {
        what: t('not among the imported candles'),
        advice: t('Import a file that holds it.'),
        canBeReadAgain: false,
      }
    case 'dropped':
      return {
        what: t('dropped by retention'),
        advice: t('Keep more with RETENTION, then read again.'),
        canBeReadAgain: true,
      }
  }
}

/** Why one stretch is missing, as closely as its class lets say. */
export function gapText({ class: kind, interval, places, to }: GapAnswer, zone: Zone): string {
  const end = instantOf(Date.parse(to), INTERVAL_MS[interval], zone)
  switch (kind) {
    case 'not-listed':
      return t(`before ${end}: not listed yet`)
    case 'limit':
      return t(`before ${end}: beyond what the source gives`)
    case 'unwanted':
      return t(`before ${end}, the first minute that is wanted`)
    case 'unread':
    case 'rate-limited': {
      const requests = plural(Math.ceil(places / REQUEST_PLACES), ['# request to go', '# requests to go'])
      return t(`${gapWords(kind).what} (${requests})`)
    }
    default:
      return gapWords(kind).what
  }
}

/** Whether a source is asked, and if not, until when it is left alone. */
export function sourceState({ circuit, nextTryMs, limitedUntilMs, failures }: SourceStatus): {
  readonly words: string
  readonly tone: 'up' | 'warning' | 'down'
  /** When it is tried next; null while it is asked. */
  readonly untilMs: number | null
} {
  if (limitedUntilMs !== null)
    return { words: t('asked us to wait'), tone: 'warning', untilMs: limitedUntilMs }
  if (circuit === 'open') return { words: t('does not answer'), tone: 'down', untilMs: nextTryMs }
  if (circuit === 'probing') return { words: t('is being tried'), tone: 'warning', untilMs: null }
  if (failures > 0) return { words: t('fails now and then'), tone: 'warning', untilMs: nextTryMs }
  return { words: t('answers'), tone: 'up', untilMs: null }
}
