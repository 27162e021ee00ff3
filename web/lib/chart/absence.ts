/** What is not there, drawn: hatched where bars are missing (and named where there is room), dotted where nothing was traded. */
import { State } from '../../../core/candle/columns.ts'
import type { AbsentSpan } from '../../worker/api.ts'
import { firstAfter } from './columns.ts'
import type { Surface } from './plot.ts'
import type { Span } from './viewport.ts'

/** Words for a state, for the chart, the cursor and the table. */
export function nameOfState(state: number): string {
  if (state === State.empty) return 'no trades'
  if (state === State.outage) return 'missing: outage at the source'
  if (state === State.refused) return 'missing: refused'
  if (state === State.beyond) return 'before the first candle'
  return 'missing'
}

/** Hatches every missing span in view; one narrower than two pixels is drawn two pixels wide, never dropped. */
export function drawMissing(on: Surface, missing: readonly AbsentSpan[], view: Span): void {
  const { context, colours, ratio } = on
  const areas: [number, number, number][] = []
  for (let i = firstAfter(missing, view.fromMs); i < missing.length && missing[i]!.fromMs < view.toMs; i++) {
    const span = missing[i]!
    if (span.state === State.beyond) continue
    const left = Math.max(on.left, on.x(span.fromMs))
    const right = Math.min(on.left + on.width, on.x(span.toMs))
    const last = areas.at(-1)
    if (last && left - last[1] < ratio) last[1] = Math.max(last[1], right)
    else areas.push([left, Math.max(right, left + 2 * ratio), span.state])
  }
  if (areas.length === 0) return
  context.save()
  context.beginPath()
  for (const [left, right] of areas) context.rect(left, on.top, right - left, on.height)
  context.clip()
  context.strokeStyle = colours.hatch
  context.lineWidth = 2 * ratio
  context.beginPath()
  const step = 7 * ratio
  for (const [left, right] of areas) {
    // Lines stand on one grid for all areas, so that they do not shimmer while the chart is panned.
    const from = Math.floor((left - on.height) / step) * step
    for (let x = from; x < right; x += step) {
      context.moveTo(x, on.top + on.height)
      context.lineTo(x + on.height, on.top)
    }
  }
  context.stroke()
  context.restore()
  nameAreas(on, areas)
}

function nameAreas(on: Surface, areas: readonly [number, number, number][]): void {
  const { context, colours, ratio } = on
  context.font = `${11 * ratio}px 'Inter Variable', 'Inter Stand-in', system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'top'
  for (const [left, right, state] of areas) {
    const words = nameOfState(state)
    const wide = context.measureText(words).width
    if (right - left < wide + 12 * ratio) continue
    const middle = (left + right) / 2
    // Whatever paper the chart lies on shows through.
    context.clearRect(middle - wide / 2 - 5 * ratio, on.top + 4 * ratio, wide + 10 * ratio, 18 * ratio)
    context.fillStyle = colours.soft
    context.fillText(words, middle, on.top + 8 * ratio)
  }
}
