/** The panels of a market as sections of a picture, each with its receipt. Asked of the worker where the screen may not have them. */
import { reasonText } from '$lib/ui/reasons.ts'
import { formatPercent, formatSigma } from '$core/format/percent.ts'
import { barsPerYear, INTERVAL_MS } from '$core/time/interval.ts'
import { intlZone, type Zone } from '$core/time/zone.ts'
import type { Receipt } from '$core/volatility/types.ts'
import type { ChartState } from '$lib/chart/chart.svelte.ts'
import { drawPlot, type Painter } from '$lib/chart/plot.ts'
import { sigmaPainter, type SigmaData } from '$lib/chart/sigma-painter.ts'
import type { Span } from '$lib/chart/viewport.ts'
import { locale } from '$lib/i18n/language.ts'
import { t } from '$lib/i18n/t.ts'
import { compute } from '$lib/state/compute.ts'
import { barsName, estimatorNames, sourceName, windowText } from '$lib/ui/names.ts'
import { dailyMove } from '$lib/ui/said.ts'
import { instantOf } from '$lib/ui/when.ts'
import type { SpanReceipt } from '$worker/api.ts'
import type { MarketView } from '../market-view.svelte.ts'
import { preferences } from '$lib/ui/preferences.svelte.ts'
import { nameOfPanel } from '../panels/choices.ts'
import { drawCone } from '../panels/cone-drawing.ts'
import { CONE_WINDOWS } from '../panels/cone-view.svelte.ts'
import { drawdownPainter } from '../panels/drawdown-painter.ts'
import { drawHistogram, type Counts } from '../panels/histogram-drawing.ts'
import { daysOfWeek, namesOfDays } from '$lib/ui/week.ts'
import { realisedPainter, sigmaOfDay } from '../panels/realised-painter.ts'
import { drawWeek } from '../panels/week-drawing.ts'
import type { PictureSection } from './picture.ts'

const asOf = (ms: number, stepMs: number) => t(`as of ${instantOf(ms, Math.min(stepMs, 3_600_000), 'utc')}`)

const perYear = (bars: number) => `× √${bars.toLocaleString(locale())}`

/** A chart of time over the span in view. */
export function timeSection(
  section: Omit<PictureSection, 'draw'>,
  painter: Painter,
  { resting, axisPx }: ChartState,
): PictureSection {
  return {
    ...section,
    draw: ({ context, colours, width, height, ratio }) =>
      void drawPlot(context, { width, height, ratio }, painter, { span: resting, colours, axisPx }),
  }
}

function receiptOfSigma(receipt: Receipt): string {
  const { estimator, insteadOf, window, interval, barsUsed, barsExpected, annualisation, source, asOfMs } =
    receipt
  return [
    `${estimatorNames()[estimator]} ${windowText(window, interval)}`,
    ...(insteadOf ? [t('sampled source: close to close')] : []),
    t(`${barsUsed} of ${barsExpected} ${barsName(interval)}`),
    ...(annualisation === null ? [] : [perYear(annualisation)]),
    `${sourceName(source)} ${interval}`,
    ...(Number.isFinite(asOfMs) ? [asOf(asOfMs, INTERVAL_MS[interval])] : []),
  ].join(' · ')
}

function receiptOfSpan(receipt: SpanReceipt, ...more: readonly string[]): string {
  const { barsUsed, barsExpected, interval, source, asOfMs } = receipt
  return [
    t(`${barsUsed} of ${barsExpected} ${barsName(interval)}`),
    ...more,
    `${sourceName(source)} ${interval}`,
    ...(asOfMs === null ? [] : [asOf(asOfMs, INTERVAL_MS[interval])]),
  ].join(' · ')
}

export function sigmaSection(
  first: SigmaData,
  others: readonly SigmaData[],
  zone: Zone,
  chart: ChartState,
): PictureSection {
  const { receipt } = first.view
  const known = Number.isFinite(receipt.sigma)
  const formatted = formatSigma(known ? receipt.sigma : null, locale())
  return timeSection(
    {
      name: nameOfPanel('sigma'),
      figure: formatted.text,
      note: known ? dailyMove(formatted) : receipt.reason ? reasonText(receipt.reason) : '',
      heightPx: 160,
      receipt: [receipt, ...others.map(({ view }) => view.receipt)].map(receiptOfSigma).join('; '),
    },
    sigmaPainter(first, zone, others),
    chart,
  )
}

/** As of the newest day; null where the device has too little for it. */
export async function coneSection({ id }: MarketView): Promise<PictureSection | null> {
  const { estimator } = preferences.current
  const { windows } = await compute().cone({ market: id, estimator, windows: CONE_WINDOWS, beforeMs: null })
  const [first] = windows
  if (!first?.quantiles) return null
  const columns = windows.map(({ receipt: { window, sigma }, quantiles }) => ({
    window,
    name: windowText(window, '1d'),
    sigma,
    quantiles,
  }))
  return {
    name: nameOfPanel('cone'),
    note: t('bands: 10 to 90 and 25 to 75 % of its history, dashed: the median'),
    heightPx: 200,
    draw: scaled(drawCone(columns, null)),
    receipt: receiptOfSigma(first.receipt),
  }
}

/** null where the device has too little for it. */
export async function drawdownSection(view: MarketView, zone: Zone): Promise<PictureSection | null> {
  if (!view.price) return null
  const span = view.chart.resting
  const data = await compute().drawdown({ market: view.id, interval: view.price.interval, ...span })
  if (data.receipt.reason || !data.current) return null
  const { deepest } = data
  const at = (ms: number) => instantOf(ms, INTERVAL_MS[data.interval], zone)
  return timeSection(
    {
      name: nameOfPanel('drawdown'),
      note: deepest
        ? t(`deepest ${formatPercent(deepest.depth, 1, locale())} on ${at(deepest.troughMs)}`)
        : t('no close below one before'),
      heightPx: 140,
      receipt: receiptOfSpan(data.receipt, t('closes against the highest before them')),
    },
    drawdownPainter(data, zone),
    view.chart,
  )
}

export async function distributionSection(
  view: MarketView,
  span: Span,
  counts: Counts,
): Promise<PictureSection | null> {
  const data = await compute().distribution({ market: view.id, interval: view.sigmaInterval, ...span })
  const { histogram, shape, receipt } = data
  if (receipt.reason || !histogram) return null
  const number = (value: number) =>
    value.toLocaleString(locale(), { maximumFractionDigits: 2 }).replace('-', '−')
  return {
    name: nameOfPanel('distribution'),
    note: t(`skew ${number(shape.skew)}, excess kurtosis ${number(shape.excessKurtosis)}`),
    heightPx: 150,
    draw: scaled(drawHistogram(histogram, shape, counts, null)),
    receipt: receiptOfSpan(receipt, t('log returns; dashed: a normal curve')),
  }
}

export async function weekSection(view: MarketView, span: Span, zone: Zone): Promise<PictureSection | null> {
  const data = await compute().week({ market: view.id, ...span, zone })
  if (data.receipt.reason) return null
  const zoneName = new Intl.DateTimeFormat('en', { timeZone: intlZone(zone) }).resolvedOptions().timeZone
  const draw = drawWeek(
    { sigma: data.sigma, days: daysOfWeek(locale()), dayNames: namesOfDays(locale(), 'short') },
    null,
  )
  return {
    name: nameOfPanel('week'),
    note: t(`σ a year of hourly returns, ${zoneName}`),
    heightPx: 200,
    draw: scaled(draw),
    receipt: receiptOfSpan(data.receipt, perYear(barsPerYear('1h'))),
  }
}

/** null where no day in view has its minutes here. */
export async function realisedSection(view: MarketView, zone: Zone): Promise<PictureSection | null> {
  const data = await compute().realised({ market: view.id, ...view.chart.resting })
  if (data.receipt.reason) return null
  const { variance, up, down } = data.whole
  const sigma = (one: number) => formatSigma(sigmaOfDay(one), locale()).text
  return timeSection(
    {
      name: nameOfPanel('realised'),
      figure: sigma(variance),
      note: t(`rising ${sigma(up)}, falling ${sigma(down)}`),
      heightPx: 160,
      receipt: receiptOfSpan(data.receipt, t('5-minute returns'), perYear(barsPerYear('1d'))),
    },
    realisedPainter(data, zone),
    view.chart,
  )
}

/** A drawing in CSS pixels on a canvas of more. */
function scaled(draw: ReturnType<typeof drawHistogram>): PictureSection['draw'] {
  return ({ context, colours, width, height, ratio }) => {
    context.scale(ratio, ratio)
    draw({ context, colours, width, height })
  }
}
