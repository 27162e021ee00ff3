/** Bands round σ in words. */
import { formatPercent } from '../../../core/format/percent.ts'
import {
  isBand,
  LEVEL,
  type Band,
  type BandKind,
  type NoBand,
} from '../../../core/volatility/confidence/kinds.ts'
import { locale } from '../i18n/language.ts'
import { plural, t } from '../i18n/t.ts'

/** Edges nearer to each other than this are told with a decimal. */
const NARROW = 0.1

/** `95 %: 48–71 %`; null where there is nothing to say beside the number. */
export function bandText(kind: BandKind, band: Band | NoBand): string | null {
  if (!isBand(band)) return noBandText(band)
  const edges = edgesText(band)
  switch (kind) {
    case 'bootstrap':
      return t(`${levelText()}: ${edges}`)
    case 'normal':
      return t(`${levelText()} if normal: ${edges}`)
    case 'spread':
      return t(`estimators: ${edges}`)
  }
}

/** `48–71 %` */
function edgesText({ low, high }: Band): string {
  const places = high - low < NARROW ? 1 : 0
  const number = (value: number) => formatPercent(value, places, locale()).replace(/ %$/, '')
  return `${number(low)}–${number(high)} %`
}

function levelText(): string {
  return formatPercent(LEVEL, 0, locale())
}

/** As it is read aloud. */
export function bandSaid(kind: BandKind, band: Band | NoBand): string {
  if (!isBand(band)) return noBandText(band) ?? ''
  const low = formatPercent(band.low, 1, locale())
  const high = formatPercent(band.high, 1, locale())
  switch (kind) {
    case 'bootstrap':
      return t(`with ${levelText()} confidence between ${low} and ${high}`)
    case 'normal':
      return t(`with ${levelText()} confidence between ${low} and ${high} if returns were normal`)
    case 'spread':
      return t(`estimators between ${low} and ${high}`)
  }
}

/** Why there is no band; null where σ itself says why. */
function noBandText(none: NoBand): string | null {
  switch (none.why) {
    case 'no sigma':
      return null
    case 'few bars for a band':
      return t(`no band: ${plural(none.used, ['# bar', '# bars'])}, at least ${none.fewest} are needed`)
    case 'few bars moved':
      return t('no band: too few of the bars moved')
    case 'one estimator':
      return t('no band: these bars serve one estimator only')
  }
}
