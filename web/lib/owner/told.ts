/**
 * What the server tells people, in the language on screen: by its code where this version knows it, else the server's own
 * English sentence, marked as English.
 */
import { dateLocale } from '../../../core/format/locale.ts'
import type { Told, ToldCode } from '../../../core/wire/told.ts'
import { locale } from '../i18n/language.ts'
import { plural, t } from '../i18n/t.ts'
import { sourceName } from '../ui/names.ts'

/** A text with its language, where that is not the one on screen. */
export interface Words {
  readonly text: string
  readonly lang?: 'en'
}

/** @param sentence the server's own */
export function wordsOf(told: Told | null, sentence: string): Words {
  return told === null ? { text: sentence, lang: 'en' } : { text: toldText(told) }
}

export function toldText(told: Told): string {
  switch (told.code) {
    case 'not-tracked':
      return withNear(t(`${told.market} is not followed by this server.`), told.near)
    case 'not-listed':
      return withNear(t(`${sourceName(told.source)} does not list ${told.market}.`), told.near)
    case 'no-longer-listed':
      return t(`${sourceName(told.source)} no longer lists it. Its history stays.`)
    case 'no-source':
      return withNear(t(`There is no source “${told.source}” with candles.`), told.near)
    case 'simulated-alone':
      return t(`There is no source “${told.source}” here: simulated data never mixes with real data.`)
    case 'imported-alone':
      return t('Imported series have no source to ask. Import a file on the server’s machine.')
    case 'since-future':
      return t('That day lies in the future.')
    case 'since-before-source': {
      const [day, source] = [dayOf(told.from), sourceName(told.source)]
      return t(`That day lies before the history of ${source}; from ${day} on there may be some.`)
    }
    case 'link-used':
      return t(
        'This link was used, is older than an hour, or was never given. Make a new one with “crypto-tracker owner link”.',
      )
    case 'not-signed-in':
      return t(
        'This browser is not signed in as the owner’s. Open a link of “crypto-tracker owner link” in it.',
      )
    case 'foreign-page':
      return t('Only a page of this server may order this: open the app by the server’s own address.')
    case 'too-many-tokens':
      return t(`Too many wrong links came from this address. Try again in ${secondsText(told.seconds)}.`)
    case 'too-many-orders':
      return t(`Too many orders came from this address. Try again in ${secondsText(told.seconds)}.`)
    case 'database-away':
      return t('The server cannot use its database at the moment. Try again in a few seconds.')
    case 'failed':
      return t('The server failed on this request; its log has the cause.')
    case 'row-gone':
      return t('This row is not in quarantine any more.')
    case 'row-breaks-rules':
      return t('It breaks the rules of a candle, so it can only be rejected.')
    default:
      return isOfSource(told) ? sourceText(told) : refusalText(told)
  }
}

type Of<Code extends ToldCode> = Extract<Told, { readonly code: Code }>
type OfSource = Of<Extract<ToldCode, `source-${string}`>>
const isOfSource = (told: Told): told is OfSource => told.code.startsWith('source-')

function sourceText(told: OfSource): string {
  const source = sourceName(told.source)
  switch (told.code) {
    case 'source-unreachable':
      return t(`${source} cannot be reached (${told.why}).`)
    case 'source-slow':
      return t(`${source} gave no whole answer within ${secondsText(told.seconds)}.`)
    case 'source-bars-country': {
      const others = new Intl.ListFormat(locale(), { type: 'disjunction' }).format(told.others)
      return t(
        `${source} does not serve the country that this server is in. Its markets may be had at ${others}.`,
      )
    }
    case 'source-status':
      return statusText(source, told)
    case 'source-no-json':
      return t(
        `${source} answered with no data; something between here and there may have answered in its place.`,
      )
    case 'source-nonsense':
      return t(`${source} answered with something that cannot be read: ${told.answer}`)
    case 'source-empty':
      return t(`The list of markets of ${source} is empty.`)
    case 'source-unread':
      return t(`No process on this database reads ${source} now. Start one with ROLE=ingest.`)
    case 'source-reader-silent':
      return t(`The process that reads ${source} gave no answer within ${secondsText(told.seconds)}.`)
    case 'source-no-price':
      return t(`${source} told no price of ${told.market}.`)
  }
}

/** What the source itself says is quoted as it stands. */
function statusText(source: string, { status, words }: Of<'source-status'>): string {
  const quoted = words === '' ? '' : ` “${words}”`
  if (status === 429 || status === 418) return t(`${source} takes no more requests for now.${quoted}`)
  if (status === 401 || status === 403)
    return t(`${source} refuses this server (${status}); a key of its own may help, or another one.${quoted}`)
  if (status >= 500) return t(`${source} has trouble of its own (${status}).${quoted}`)
  return t(`${source} answered ${status}.${quoted}`)
}

type OfRow = Of<
  | 'start-no-time'
  | 'start-off-grid'
  | 'start-future'
  | 'no-price'
  | 'no-volume'
  | 'out-of-order'
  | 'two-candles'
  | Extract<ToldCode, `far-${string}`>
>

/** Why a row is in quarantine. */
function refusalText(told: OfRow): string {
  switch (told.code) {
    case 'start-no-time':
      return t(`Its start is no time: ${told.start}`)
    case 'start-off-grid':
      return t(`Its start, ${told.start}, is not on the grid of ${told.interval}.`)
    case 'start-future':
      return t(`Its start, ${told.start}, lies in the future.`)
    case 'no-price':
      return t(`${valueName(told.name)} is no price, a finite number above 0: ${told.given}`)
    case 'no-volume':
      return t(`Its volume is no number of at least 0: ${told.given}`)
    case 'out-of-order': {
      const [name, other] = [valueName(told.name), valueName(told.other)]
      return told.name === 'low'
        ? t(`${name} ${told.value} lies above ${other} ${told.than}.`)
        : t(`${name} ${told.value} lies below ${other} ${told.than}.`)
    }
    case 'two-candles':
      return t('The source gave two different candles of the same start.')
    case 'far-refused':
      return t('A price is far from the neighbouring ones, and a second answer did not have it.')
    case 'far-taken':
      return t(
        'A price is far from the neighbouring ones. It is stored and flagged, since a second answer had it.',
      )
    case 'far-told':
      return t('Told live, far from the last price, and no price asked for supports it.')
    case 'far-sampled':
      return t('Far from the last price, and no other sample supports it yet.')
  }
}

function valueName(name: string): string {
  if (name === 'open') return t('Open')
  if (name === 'high') return t('High')
  if (name === 'low') return t('Low')
  return name === 'close' ? t('Close') : t('The price')
}

function withNear(sentence: string, near: readonly string[]): string {
  if (near.length === 0) return sentence
  const names = new Intl.ListFormat(locale(), { type: 'disjunction' }).format(near)
  return t(`${sentence} Perhaps ${names} is meant.`)
}

const secondsText = (seconds: number) => plural(seconds, ['# second', '# seconds'])

function dayOf(instant: string): string {
  return new Intl.DateTimeFormat(dateLocale(locale()), { dateStyle: 'medium', timeZone: 'UTC' }).format(
    Date.parse(instant),
  )
}
