/** A bare canvas that one finger drags and two pinch: a redraw a frame, no inertia, no cursor, no words. */
import { MINUTE_MS } from '../../../core/time/interval.ts'
import { pan, pinch, spanMs, type Limits } from '../../../web/lib/chart/viewport.ts'
import type { YearFacts } from '../api.ts'
import { bareCanvas } from './bare-canvas.ts'
import { stage, viewOf, wholeOf, WIDTH } from './charts.ts'
import { yearColumns } from './year.ts'

export async function bareGestures(year: YearFacts): Promise<void> {
  const columns = await yearColumns(year)
  const canvas = bareCanvas(viewOf(columns))
  const limits: Limits = { ...wholeOf(columns), minSpanMs: 20 * MINUTE_MS }
  let view = wholeOf(columns)
  let frame = 0
  const draw = () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0
      canvas.show(view)
    })
  }
  draw()
  const host = stage()
  host.style.touchAction = 'none'
  const fingers = new Map<number, number>()
  host.addEventListener('pointerdown', (event) => {
    host.setPointerCapture(event.pointerId)
    fingers.set(event.pointerId, event.clientX)
  })
  host.addEventListener('pointermove', (event) => {
    const before = fingers.get(event.pointerId)
    if (before === undefined) return
    const shares = () => [...fingers.values()].map((x) => x / WIDTH) as [number, number]
    const was = shares()
    fingers.set(event.pointerId, event.clientX)
    view =
      fingers.size > 1
        ? pinch(view, was, shares(), limits)
        : pan(view, ((before - event.clientX) / WIDTH) * spanMs(view), limits)
    draw()
  })
  for (const end of ['pointerup', 'pointercancel'] as const)
    host.addEventListener(end, (event) => fingers.delete(event.pointerId))
}
