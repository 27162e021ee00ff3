/** Events on the time axis: a quiet mark where candles were revised, a broken line where a renamed market took up its own past. */
import type { SeriesEvent } from '../../worker/api.ts'
import { t } from '../i18n/t.ts'
import { CHART_FONT } from './axes.ts'
import { firstAfter } from './columns.ts'
import type { Surface } from './plot.ts'
import type { Span } from './viewport.ts'

/** An event in words, for the cursor and the chart. */
function nameOfEvent({ kind, market }: SeriesEvent): string {
  return kind === 'revised' ? t('revised by the source') : t(`renamed: before this, ${market ?? ''}`)
}

/** What happened within a bar, each thing once; empty where nothing did. */
export function eventsIn(events: readonly SeriesEvent[], { fromMs, toMs }: Span): string {
  const names = new Set<string>()
  for (let i = firstAfter(events, fromMs - 1); i < events.length && events[i]!.fromMs < toMs; i++) {
    const event = events[i]!
    // A seam has no length: it belongs to the bar that begins with it.
    if (event.toMs > fromMs || event.fromMs >= fromMs) names.add(nameOfEvent(event))
  }
  return [...names].join(', ')
}

/** Marks of revisions that would touch become one. */
const APART_PX = 7

export function drawEvents(on: Surface, events: readonly SeriesEvent[], view: Span): void {
  const { context, colours, ratio, height } = on
  let free = -Infinity
  context.fillStyle = colours.soft
  for (let i = firstAfter(events, view.fromMs); i < events.length && events[i]!.fromMs < view.toMs; i++) {
    const event = events[i]!
    const x = on.x((event.fromMs + event.toMs) / 2)
    if (event.kind === 'renamed') drawSeam(on, x, nameOfEvent(event))
    else if (x >= free) {
      context.beginPath()
      context.arc(x, height - 4 * ratio, 2 * ratio, 0, 2 * Math.PI)
      context.fill()
      free = x + APART_PX * ratio
    }
  }
}

function drawSeam({ context, colours, ratio, width, height }: Surface, x: number, words: string): void {
  context.strokeStyle = colours.soft
  context.lineWidth = ratio
  context.setLineDash([3 * ratio, 3 * ratio])
  context.beginPath()
  context.moveTo(Math.round(x) + (ratio % 2) / 2, 0)
  context.lineTo(Math.round(x) + (ratio % 2) / 2, height)
  context.stroke()
  context.setLineDash([])
  context.font = `${11 * ratio}px ${CHART_FONT}`
  context.textBaseline = 'alphabetic'
  // On the side where there is room for it.
  const before = x > width / 2
  context.textAlign = before ? 'right' : 'left'
  context.fillText(words, x + (before ? -5 : 5) * ratio, height - 12 * ratio)
}
