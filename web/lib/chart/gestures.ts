/**
 * Fingers, mouse and wheel on a chart, translated to the shared chart state. Knows nothing of data.
 * One finger pans where there is something beside the view and moves the cursor otherwise; a held finger always moves the
 * cursor until it is lifted; two fingers pinch. A tap puts the cursor, a tap on it or beside the chart takes it away.
 * The mouse points by moving and pans by dragging.
 */
import { isStill } from '../ui/motion.ts'
import type { Attachment } from 'svelte/attachments'
import type { ChartState } from './chart.svelte.ts'
import { spanMs } from './viewport.ts'

const HOLD_MS = 280
const TAP_MS = 300
const SLOP_PX = 8
/** A tap this near to the cursor means the cursor. */
const NEAR_PX = 22
/** How fast a thrown chart comes to rest: share of its speed left after a millisecond. */
const FRICTION = 0.995

interface Finger {
  x: number
  y: number
}

/** @param areaWidth width of the drawn area without the value axis, in CSS pixels */
export function gestures(chart: ChartState, areaWidth: () => number): Attachment<HTMLElement> {
  return (node) => {
    const fingers = new Map<number, Finger>()
    let mode: 'idle' | 'undecided' | 'pan' | 'point' | 'pinch' = 'idle'
    let pressedAt = 0
    let pressX = 0
    let lastTapAt = 0
    let speed = 0
    let movedAt = 0
    let hold: ReturnType<typeof setTimeout> | undefined
    let glide = 0

    const left = () => node.getBoundingClientRect().left
    const share = (clientX: number) => (clientX - left()) / areaWidth()
    const instant = (clientX: number) => chart.view.fromMs + share(clientX) * spanMs(chart.view)
    const msPerPixel = () => spanMs(chart.view) / areaWidth()

    function down(event: PointerEvent): void {
      if (event.pointerType === 'mouse' && event.button !== 0) return
      cancelAnimationFrame(glide)
      try {
        node.setPointerCapture(event.pointerId)
      } catch {
        // The pointer is gone already; its moves still arrive while it is over the chart.
      }
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
      speed = 0
      if (fingers.size === 2) {
        clearTimeout(hold)
        mode = 'pinch'
        chart.cursorMs = null
        return
      }
      mode = 'undecided'
      pressedAt = event.timeStamp
      pressX = event.clientX
      if (event.pointerType !== 'mouse')
        hold = setTimeout(() => {
          mode = 'point'
          chart.pointAt(instant(pressX))
        }, HOLD_MS)
    }

    function move(event: PointerEvent): void {
      const finger = fingers.get(event.pointerId)
      if (!finger) {
        if (event.pointerType === 'mouse') pointInside(event.clientX)
        return
      }
      if (mode === 'pinch') return pinchTo(event, finger)
      const dx = event.clientX - finger.x
      if (mode === 'undecided') {
        if (Math.abs(event.clientX - pressX) < SLOP_PX) return
        clearTimeout(hold)
        mode = chart.canPan ? 'pan' : 'point'
      }
      finger.x = event.clientX
      finger.y = event.clientY
      if (mode === 'pan') {
        const elapsed = Math.max(1, event.timeStamp - movedAt)
        speed = 0.7 * (dx / elapsed) + 0.3 * speed
        movedAt = event.timeStamp
        chart.panBy(-dx * msPerPixel())
        if (event.pointerType === 'mouse') pointInside(event.clientX)
      } else pointInside(event.clientX)
    }

    function pinchTo(event: PointerEvent, finger: Finger): void {
      const [first, second] = [...fingers.values()]
      if (!first || !second) return
      const before: [number, number] = [share(first.x), share(second.x)]
      finger.x = event.clientX
      finger.y = event.clientY
      chart.pinchTo(before, [share(first.x), share(second.x)])
    }

    function up(event: PointerEvent): void {
      if (!fingers.delete(event.pointerId)) return
      clearTimeout(hold)
      if (fingers.size > 0) {
        mode = 'pan'
        return
      }
      const tapped =
        mode === 'undecided' && event.type === 'pointerup' && event.timeStamp - pressedAt < TAP_MS
      if (tapped) tap(event)
      else if (mode === 'point' && event.pointerType !== 'mouse') chart.cursorMs = null
      else if (mode === 'pan' && event.timeStamp - movedAt < 60) throwOn(event.timeStamp)
      mode = 'idle'
    }

    function tap(event: PointerEvent): void {
      if (event.timeStamp - lastTapAt < TAP_MS) {
        chart.reset()
        chart.cursorMs = null
        lastTapAt = 0
        return
      }
      lastTapAt = event.timeStamp
      const shown = event.pointerType === 'mouse' ? null : chart.lineMs
      const line = shown === null ? Infinity : (shown - chart.view.fromMs) / msPerPixel()
      if (Math.abs(event.clientX - left() - line) < NEAR_PX) chart.cursorMs = null
      else pointInside(event.clientX)
    }

    function throwOn(fromMs: number): void {
      if (isStill()) return
      let before = fromMs
      const step = (now: number) => {
        const elapsed = Math.max(0, Math.min(40, now - before))
        before = now
        speed *= FRICTION ** elapsed
        const view = chart.view
        chart.panBy(-speed * elapsed * msPerPixel())
        if (Math.abs(speed) > 0.02 && (elapsed === 0 || chart.view !== view))
          glide = requestAnimationFrame(step)
      }
      glide = requestAnimationFrame(step)
    }

    function pointInside(clientX: number): void {
      const at = share(clientX)
      chart.cursorMs = at >= 0 && at <= 1 ? instant(clientX) : null
    }

    function elsewhere(event: PointerEvent): void {
      if (event.pointerType !== 'mouse' && !(event.target instanceof Node && node.contains(event.target)))
        chart.cursorMs = null
    }

    function leave(event: PointerEvent): void {
      if (event.pointerType === 'mouse' && fingers.size === 0) chart.cursorMs = null
    }

    function wheel(event: WheelEvent): void {
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault()
        chart.panBy((event.shiftKey ? event.deltaY : event.deltaX) * msPerPixel())
        return
      }
      event.preventDefault()
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
      chart.zoomBy(Math.exp(event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), instant(event.clientX))
    }

    const listeners = new AbortController()
    const { signal } = listeners
    node.addEventListener('pointerdown', down, { signal })
    node.addEventListener('pointermove', move, { signal })
    node.addEventListener('pointerup', up, { signal })
    node.addEventListener('pointercancel', up, { signal })
    node.addEventListener('pointerleave', leave, { signal })
    document.addEventListener('pointerdown', elsewhere, { signal })
    node.addEventListener('wheel', wheel, { signal, passive: false })
    return () => {
      listeners.abort()
      clearTimeout(hold)
      cancelAnimationFrame(glide)
    }
  }
}
