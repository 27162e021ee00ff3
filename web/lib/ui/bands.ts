/** Bands round σ in words. */
import { formatPercent } from '../../../core/format/percent.ts'
import {
  isBand,
  LEVEL,
  type Band,
  type BandKind,
  type NoBand,
} from '../../../core/volatility/confidence/kinds.ts'
import { blockLength } from '../../../core/volatility/confidence/bootstrap.ts'
import { measuredCoverage } from '../../../core/volatility/confidence/coverage.ts'
import { REPLICATES } from '../../../core/volatility/confidence/draws.ts'
import type { Estimator } from '../../../core/volatility/types.ts'
import { locale } from '../i18n/language.ts'
import { plural, t } from '../i18n/t.ts'

/** Edges nearer to each other than this are told with a decimal. */
const NARROW = 0.1

/** Percent: who says 95 must have been measured between these. */
const FAIR = { least: 92, most: 97 }

/** What a band was made by, and of how many bars. */
export interface Made {
  readonly kind: BandKind
  readonly estimator: Estimator
  readonly bars: number
}

/** `95 %: 48–71 %`; null where there is nothing to say beside the number. */
export function bandText(made: Made, band: Band | NoBand): string | null {
  if (!isBand(band)) return noBandText(band)
  const edges = edgesText(band)
  switch (made.kind) {
    case 'bootstrap':
      return t(`${levelText(made)}: ${edges}`)
    case 'normal':
      return t(`${levelText(made)} if normal: ${edges}`)
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

/** `95 %`, where the simulations bear it out; what they covered otherwise, `92–98 %`. */
function levelText({ kind, estimator, bars }: Made): string {
  const aimed = formatPercent(LEVEL, 0, locale())
  if (kind !== 'bootstrap') return aimed
  const { least, most } = measuredCoverage(estimator, bars)
  const [low, high] = [Math.round(least * 100), Math.round(most * 100)]
  return low >= FAIR.least && high <= FAIR.most ? aimed : `${low}–${high} %`
}

/** What the sheet says of a band: how it was made, and what was measured of it. */
export function bandNote({ kind, estimator, bars }: Made): string {
  switch (kind) {
    case 'bootstrap': {
      const { least, most, bars: measured } = measuredCoverage(estimator, bars)
      const [low, high] = [Math.round(least * 100), Math.round(most * 100)]
      const made = t(
        `${REPLICATES.toLocaleString(locale())} bootstrap samples of blocks of ${blockLength(bars)} bars`,
      )
      const held = t(
        `in simulations with ${measured} bars it held the truth ${low} to ${high} times of 100, fat tails included`,
      )
      return `${made}; ${held}`
    }
    case 'normal':
      return t(
        'χ² band: it would hold the truth 95 times of 100 if returns were normal; with fat tails about 70 to 80 times',
      )
    case 'spread':
      return t('from the lowest to the highest estimator of the same bars')
  }
}

/** A band as a fact. */
export function bandValue(made: Made, band: Band | NoBand): string {
  if (!isBand(band)) return noBandText(band) ?? t('none')
  return made.kind === 'spread' ? edgesText(band) : t(`${edgesText(band)} at ${levelText(made)}`)
}

/** As it is read aloud. */
export function bandSaid(made: Made, band: Band | NoBand): string {
  if (!isBand(band)) return noBandText(band) ?? ''
  const low = formatPercent(band.low, 1, locale())
  const high = formatPercent(band.high, 1, locale())
  switch (made.kind) {
    case 'bootstrap':
      return t(`with ${levelText(made)} confidence between ${low} and ${high}`)
    case 'normal':
      return t(`with ${levelText(made)} confidence between ${low} and ${high} if returns were normal`)
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
