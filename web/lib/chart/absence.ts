/** What is not there, drawn: hatched where bars are missing (and named where there is room), dotted where nothing was traded. */
import { State } from '../../../core/candle/columns.ts'
import type { AbsentSpan } from '../../worker/api.ts'
import { t } from '../i18n/t.ts'
import { CHART_FONT } from './axes.ts'
import { firstAfter } from './columns.ts'
import type { Surface } from './plot.ts'
import type { Span } from './viewport.ts'

/** Words for a state, for the chart, the cursor and the table. */
export function nameOfState(state: number): string {
  if (state === State.empty) return t('no trades')
  if (state === State.outage) return t('missing: outage at the source')
  if (state === State.refused) return t('missing: refused')
  if (state === State.beyond) return t('before the first candle')
  return t('missing')
}

/** A stretch to hatch, and what to write on it. */
export interface Hatched {
  readonly fromMs: number
  readonly toMs: number
  readonly words: string
}

/** Missing spans as they are hatched; what lies before the first candle is no hole. */
export function hatchedOf(missing: readonly AbsentSpan[]): Hatched[] {
  return missing
    .filter(({ state }) => state !== State.beyond)
    .map(({ fromMs, toMs, state }) => ({ fromMs, toMs, words: nameOfState(state) }))
}

/** Drawn area of one or several spans that touch, canvas pixels. */
interface Area {
  readonly left: number
  right: number
  readonly words: string
}

/** Hatches the spans in view (in order, none over another); one narrower than two pixels is drawn two wide, never dropped. */
export function drawHatched(on: Surface, spans: readonly Hatched[], view: Span): void {
  const { context, colours, ratio } = on
  const areas: Area[] = []
  for (let i = firstAfter(spans, view.fromMs); i < spans.length && spans[i]!.fromMs < view.toMs; i++) {
    const { fromMs, toMs, words } = spans[i]!
    const left = Math.max(on.left, on.x(fromMs))
    const right = Math.max(left + 2 * ratio, Math.min(on.left + on.width, on.x(toMs)))
    const last = areas.at(-1)
    if (last && left - last.right < ratio) last.right = Math.max(last.right, right)
    else areas.push({ left, right, words })
  }
  if (areas.length === 0) return
  context.save()
  context.beginPath()
  for (const { left, right } of areas) context.rect(left, on.top, right - left, on.height)
  context.clip()
  context.strokeStyle = colours.hatch
  context.lineWidth = 2 * ratio
  context.beginPath()
  const step = 7 * ratio
  // One grid for all areas, so that the lines do not shimmer while the chart is panned.
  const from = Math.floor((areas[0]!.left - on.height) / step) * step
  for (let x = from; x < areas.at(-1)!.right; x += step) {
    context.moveTo(x, on.top + on.height)
    context.lineTo(x + on.height, on.top)
  }
  context.stroke()
  context.restore()
  nameAreas(on, areas)
}

function nameAreas(on: Surface, areas: readonly Area[]): void {
  const { context, colours, ratio } = on
  context.font = `${11 * ratio}px ${CHART_FONT}`
  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (const { left, right, words } of areas) {
    const wide = context.measureText(words).width
    if (right - left < wide + 12 * ratio) continue
    const middle = (left + right) / 2
    // Whatever paper the chart lies on shows through.
    context.clearRect(middle - wide / 2 - 5 * ratio, on.top + 4 * ratio, wide + 10 * ratio, 18 * ratio)
    context.fillStyle = colours.soft
    context.fillText(words, middle, on.top + 8 * ratio)
  }
}
