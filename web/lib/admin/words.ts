/** What the server's states mean, in words for its owner. */
import type { GapClass, SourceStatus } from '../../../core/wire/owner.ts'
import { t } from '../i18n/t.ts'

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
