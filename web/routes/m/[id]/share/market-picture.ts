/** The picture of what one market's screen shows. */
import { formatChange } from '$core/format/percent.ts'
import { formatPrice } from '$core/format/price.ts'
import { INTERVAL_MS } from '$core/time/interval.ts'
import { priceDrawing } from '$lib/chart/price-painter.ts'
import { locale } from '$lib/i18n/language.ts'
import { t } from '$lib/i18n/t.ts'
import { app } from '$lib/state/app.svelte.ts'
import { barsName, marketName, pairName, sourceName } from '$lib/ui/names.ts'
import { preferences } from '$lib/ui/preferences.svelte.ts'
import { instantOf, spanText, zoneFor } from '$lib/ui/when.ts'
import { newestMark } from '../describe.ts'
import type { MarketView } from '../market-view.svelte.ts'
import type { PanelName } from '../panels/choices.ts'
import { panels } from '../panels/panels.svelte.ts'
import type { Picture, PictureSection } from './picture.ts'
import {
  coneSection,
  distributionSection,
  drawdownSection,
  realisedSection,
  sigmaSection,
  timeSection,
  weekSection,
} from './sections.ts'

export type Part = 'price' | Exclude<PanelName, 'kept'>

/** null while the market has nothing to show. What the device has too little for is left out. */
export async function pictureOf(view: MarketView, parts: readonly Part[]): Promise<Picture | null> {
  const { market, price } = view
  if (!market || !price || price.asOfMs === null) return null
  const { zone } = preferences.current
  const span = view.chart.resting
  const sections: (PictureSection | null)[] = []
  for (const part of parts) sections.push(await sectionOf(part, view))
  const asOfMs = market.priceAsOfMs ?? price.asOfMs
  const change = formatChange(market.change24h, locale())
  const { direction } = change
  return {
    title: marketName(market),
    subtitle: `${pairName(market)} · ${sourceName(market.source)}`,
    price: market.price === null ? t('no price yet') : formatPrice(market.price, market.tick, locale()).text,
    change: {
      text: market.change24h === null ? '' : t(`${change.text} in 24 h`),
      colour: direction === 'up' || direction === 'down' ? direction : 'quiet',
    },
    range: t(
      `${spanText(span.fromMs, span.toMs, zoneFor(INTERVAL_MS[price.interval], zone))}, ${barsName(price.interval)}`,
    ),
    sections: sections.filter((section) => section !== null),
    source: [
      market.source === 'coingecko'
        ? t('Data by CoinGecko (coingecko.com)')
        : t(`Data: ${sourceName(market.source)}`),
      t(`price as of ${instantOf(asOfMs, 60_000, 'utc')}`),
    ].join(' · '),
    warning: app.connection.simulated ? t('simulated data') : null,
  }
}

async function sectionOf(part: Part, view: MarketView): Promise<PictureSection | null> {
  const { zone } = preferences.current
  const span = view.chart.resting
  switch (part) {
    case 'price':
      return priceSection(view)
    case 'sigma':
      return view.sigma && sigmaSection(view.sigma, view.others, zone, view.chart)
    case 'cone':
      return coneSection(view)
    case 'drawdown':
      return drawdownSection(view, zone)
    case 'distribution':
      return distributionSection(view, span, panels.current.counts)
    case 'week':
      return weekSection(view, span, zone)
    case 'realised':
      return realisedSection(view, zone)
  }
}

function priceSection(view: MarketView): PictureSection | null {
  const { price, market } = view
  if (!price || !market) return null
  const { look, zone, log } = preferences.current
  const tick = market.tick === null ? null : Number(market.tick)
  const drawing = priceDrawing(price, { look, zone, log: log ?? view.wholeHistory, tick, locale: locale() })
  const asOf = price.asOfMs === null ? '' : t(`as of ${instantOf(price.asOfMs, 60_000, 'utc')}`)
  return timeSection(
    {
      name: t('Price'),
      heightPx: 260,
      receipt: [`${sourceName(market.source)} ${price.interval}`, market.id, asOf].join(' · '),
    },
    drawing.painter({ newest: newestMark(market), events: view.events }),
    view.chart,
  )
}
