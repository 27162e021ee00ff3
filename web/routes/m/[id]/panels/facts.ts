/** Receipts in full, as facts for a sheet and for a picture: what a figure was made of, from what, and as of when. */
import { reasonText } from '$lib/ui/reasons.ts'
import { formatPercent, formatSigma } from '$core/format/percent.ts'
import { barsPerYear, HOUR_MS, INTERVAL_MS, type Interval } from '$core/time/interval.ts'
import { LEAST_SHARE_OF_DAY } from '$core/volatility/realised/types.ts'
import type { Estimator, IntradayReceipt, Receipt } from '$core/volatility/types.ts'
import { locale } from '$lib/i18n/language.ts'
import { plural, t } from '$lib/i18n/t.ts'
import { ageText, dailyMove } from '$lib/ui/said.ts'
import { barsName, estimatorNames, estimatorNotes, sourceName, windowText } from '$lib/ui/names.ts'
import { warningName, warningText } from '$lib/ui/warnings.ts'
import { instantOf } from '$lib/ui/when.ts'
import type { SpanReceipt } from '$worker/api.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly note?: string
}

/** Who published the formula. */
function authorOf(estimator: Estimator): string {
  switch (estimator) {
    case 'close':
      return t('standard deviation of log returns')
    case 'parkinson':
      return 'Parkinson 1980'
    case 'garman-klass':
      return 'Garman & Klass 1980'
    case 'rogers-satchell':
      return 'Rogers & Satchell 1991'
    case 'gk-yz':
      return 'Garman & Klass 1980, Yang & Zhang 2000'
    case 'yang-zhang':
      return 'Yang & Zhang 2000'
    case 'ewma':
      return 'RiskMetrics 1996, λ = 0.94'
    case 'realized':
      return 'Andersen & Bollerslev 1998, Zhang, Mykland & Aït-Sahalia 2005'
    case 'bipower':
      return 'Barndorff-Nielsen & Shephard 2004'
    case 'med-rv':
      return 'Andersen, Dobrev & Schaumburg 2012'
  }
}

/** A day by its date, anything shorter with its time; UTC, as the grid of bars is. */
const at = (ms: number, interval: Interval) => instantOf(ms, INTERVAL_MS[interval], 'utc')

function spanFact(fromMs: number, lastMs: number, interval: Interval): Fact {
  return { name: t('Span'), value: t(`${at(fromMs, interval)} to ${at(lastMs, interval)}`) }
}

function barsFact(receipt: Receipt | SpanReceipt): Fact {
  const { barsUsed, barsExpected, barsEmpty, interval } = receipt
  const absent = barsExpected - barsUsed
  const notes = [
    absent > 0
      ? plural(absent, [
          '# could not enter: it or the one before it is missing',
          '# could not enter: they or the ones before them are missing',
        ])
      : '',
    barsEmpty > 0
      ? plural(barsEmpty, ['# without trades, read as flat', '# without trades, read as flat'])
      : '',
  ].filter((note) => note !== '')
  return {
    name: t('Bars'),
    value: t(`${barsUsed} of ${barsExpected} ${barsName(interval)}`),
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  }
}

/** Of the realised family: the days of the window, and what is inside them. */
function intradayFacts({ barsUsed, barsExpected }: Receipt, intraday: IntradayReceipt): Fact[] {
  const { interval, returnsUsed, returnsExpected, barsEmpty } = intraday
  const absent = barsExpected - barsUsed
  const share = formatPercent(LEAST_SHARE_OF_DAY, 0, locale())
  const days: Fact = {
    name: t('Days'),
    value: t(`${barsUsed} of ${barsExpected} ${barsName('1d')}`),
    ...(absent > 0 ? { note: t(`a day enters with ${share} of its 5-minute returns`) } : {}),
  }
  if (returnsExpected === 0) return [days]
  const notes = [
    interval === '1m' ? t('the mean over five grids of them, a minute apart') : '',
    barsEmpty > 0
      ? t(`${plural(barsEmpty, ['# bar', '# bars'])} of ${interval} without trades, read as flat`)
      : '',
  ].filter((note) => note !== '')
  return [
    days,
    {
      name: t('5-minute returns'),
      value: t(
        `${formatPercent(returnsUsed / returnsExpected, 1, locale())} of these days, from ${barsName(interval)}`,
      ),
      ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
    },
  ]
}

function sourceFacts(receipt: Receipt | SpanReceipt, nowMs: number): Fact[] {
  const { asOfMs, interval, source, market } = receipt
  const facts: Fact[] = [{ name: t('Source'), value: sourceName(source), note: market }]
  if (asOfMs !== null && Number.isFinite(asOfMs))
    facts.push({
      name: t('As of'),
      value: instantOf(asOfMs, Math.min(INTERVAL_MS[interval], HOUR_MS), 'utc'),
      note: ageText(nowMs - asOfMs),
    })
  return facts
}

function factorFact(interval: Interval, factor = barsPerYear(interval)): Fact {
  return {
    name: t('Per year'),
    value: `× √${factor.toLocaleString(locale(), { maximumFractionDigits: 0 })}`,
    note: t('bars in a year: these markets never close'),
  }
}

/** @param band round it */
export function sigmaFacts(receipt: Receipt, nowMs: number, band: Fact | null = null): Fact[] {
  const { estimator, insteadOf, interval, window, firstBarMs, lastBarMs } = receipt
  const below = INTERVAL_MS[interval] < HOUR_MS
  const facts: Fact[] = [
    {
      name: t('Estimator'),
      value: estimatorNames()[estimator],
      note: `${authorOf(estimator)}; ${estimatorNotes()[estimator]}`,
    },
  ]
  if (insteadOf)
    facts.push({
      name: t('Instead of'),
      value: estimatorNames()[insteadOf],
      note: t('sampled source: close to close. Its bars are made of too few samples for their high and low.'),
    })
  facts.push({ name: t('Window'), value: windowText(window, interval) })
  if (Number.isFinite(receipt.asOfMs)) facts.push(spanFact(firstBarMs, lastBarMs, interval))
  if (receipt.intraday) facts.push(...intradayFacts(receipt, receipt.intraday))
  else facts.push(barsFact(receipt))
  if (below) facts.push({ name: t('Mean'), value: t('zero'), note: t('as always below one hour') })
  else if (estimator === 'close')
    facts.push({ name: t('Mean'), value: receipt.mean === 'zero' ? t('zero') : t('of the window') })
  facts.push(factorFact(interval, receipt.annualisation ?? undefined))
  if (Number.isFinite(receipt.sigma))
    facts.push({
      name: t('Per day'),
      value: dailyMove(formatSigma(receipt.sigma, locale())),
      note: t('a year’s divided by √365'),
    })
  else if (receipt.reason) facts.push({ name: t('Not available'), value: reasonText(receipt.reason) })
  if (band) facts.push(band)
  for (const warning of receipt.warnings)
    facts.push({ name: t('Take care'), value: warningName(warning), note: warningText(warning) })
  return [...facts, ...sourceFacts(receipt, nowMs)]
}

/** @param annual whether the figures are per year */
export function spanFacts(
  statistic: { readonly name: string; readonly note: string; readonly annual?: boolean },
  receipt: SpanReceipt,
  nowMs: number,
): Fact[] {
  const { interval, fromMs, toMs } = receipt
  return [
    { name: t('Computed'), value: statistic.name, note: statistic.note },
    spanFact(fromMs, toMs - INTERVAL_MS[interval], interval),
    barsFact(receipt),
    ...(statistic.annual ? [factorFact(interval)] : []),
    ...sourceFacts(receipt, nowMs),
  ]
}
