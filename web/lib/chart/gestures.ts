/**
 * Fingers, mouse and wheel on a chart, translated to the shared chart state. Knows nothing of data.
 *
 * One finger along the chart pans where there is something beside the view, and moves the cursor otherwise; across it, the page
 * scrolls. A held finger moves the cursor until it is lifted. Two fingers pinch. A tap puts the cursor, a tap on it or beside
 * the chart takes it away; two taps zoom in, a tap of two fingers shows the whole range. The mouse points by moving and pans
 * by dragging; its wheel zooms, and a wheel that began to scroll the page goes on with that.
 */
import type { Attachment } from 'svelte/attachments'
import { isStill } from '../ui/motion.ts'
import type { ChartState } from './chart.svelte.ts'
import { easeOut, glide, Track } from './inertia.ts'
import { spanMs, zoom, type Span } from './viewport.ts'

const HOLD_MS = 280
const TAP_MS = 300
const SLOP_PX = 8
/** A tap this near to the cursor means the cursor. */
const NEAR_PX = 22
const TAP_ZOOM = 0.4
const TRAVEL_MS = 170
/** Turns of a wheel nearer to each other than this belong together. */
const WHEEL_MS = 250
/** The place of the chart is not measured anew within this time: asking for it makes the browser lay out the page. */
const MEASURED_MS = 250

interface Finger {
  x: number
  y: number
}

/** `yielded`: the page has taken the finger. */
type Mode = 'idle' | 'undecided' | 'pan' | 'point' | 'pinch' | 'yielded'

/** @param areaWidth width of the drawn area without the value axis, in CSS pixels */
export function gestures(chart: ChartState, areaWidth: () => number): Attachment<HTMLElement> {
  return (node) => {
    const fingers = new Map<number, Finger>()
    const track = new Track()
    let mode: Mode = 'idle'
    let pressedAt = 0
    let pressed: Finger = { x: 0, y: 0 }
    let lastTapAt = 0
    let pinchedAt = 0
    /** Where two fingers stood when the view last followed them; null when it has. */
    let pinchedFrom: [number, number] | null = null
    let hold: ReturnType<typeof setTimeout> | undefined
    let moving = 0
    const wheel = { atMs: -Infinity, ours: false }
    let measured = { atMs: -Infinity, left: 0 }

    const leftEdge = () => {
      const atMs = performance.now()
      if (atMs - measured.atMs > MEASURED_MS) measured = { atMs, left: node.getBoundingClientRect().left }
      return measured.left
    }
    const share = (clientX: number) => (clientX - leftEdge()) / areaWidth()
    const instant = (clientX: number) => chart.view.fromMs + share(clientX) * spanMs(chart.view)
    const msPerPixel = () => spanMs(chart.view) / areaWidth()

    function down(event: PointerEvent): void {
      if (event.pointerType === 'mouse' && event.button !== 0) return
      cancelAnimationFrame(moving)
      try {
        node.setPointerCapture(event.pointerId)
      } catch {
        // The pointer is gone already; its moves still arrive while it is over the chart.
      }
      fingers.set(event.pointerId, { x: event.clientX, y: event.clientY })
      track.clear()
      clearTimeout(hold)
      if (fingers.size === 2) {
        // Two fingers that come one after the other may still be a tap.
        pinchedAt = event.timeStamp
        mode = 'pinch'
        chart.cursorMs = null
      }
      if (fingers.size > 1) return
      mode = 'undecided'
      pressedAt = event.timeStamp
      pressed = { x: event.clientX, y: event.clientY }
      track.add(event.clientX, event.timeStamp)
      if (event.pointerType !== 'mouse')
        hold = setTimeout(() => {
          mode = 'point'
          chart.pointAt(instant(pressed.x))
        }, HOLD_MS)
    }

    function move(event: PointerEvent): void {
      const finger = fingers.get(event.pointerId)
      if (!finger) {
        if (event.pointerType === 'mouse') pointInside(event.clientX)
        return
      }
      if (mode === 'pinch') return pinchTo(event, finger)
      if (mode === 'undecided' && !decide(event, finger)) return
      const dx = event.clientX - finger.x
      finger.x = event.clientX
      finger.y = event.clientY
      if (mode === 'pan') {
        track.add(event.clientX, event.timeStamp)
        chart.panBy(-dx * msPerPixel())
        if (event.pointerType === 'mouse') pointInside(event.clientX)
      } else if (mode === 'point') pointInside(event.clientX)
    }

    /** Along the chart it is ours, across it the page's. What the finger went until then moves nothing. */
    function decide({ clientX, clientY, pointerType }: PointerEvent, finger: Finger): boolean {
      const [across, along] = [Math.abs(clientY - pressed.y), Math.abs(clientX - pressed.x)]
      if (Math.max(across, along) < SLOP_PX) return false
      clearTimeout(hold)
      finger.x = clientX
      if (pointerType !== 'mouse' && across > along) mode = 'yielded'
      else mode = chart.canPan ? 'pan' : 'point'
      return mode !== 'yielded'
    }

    function pinchTo(event: PointerEvent, finger: Finger): void {
      const far = Math.hypot(event.clientX - finger.x, event.clientY - finger.y)
      // A finger that is put down is never quite still; what it goes until it is believed moves nothing.
      const begins = pinchedAt > 0
      if (begins && far < SLOP_PX) return
      if (!begins) pinchedFrom ??= apart()
      pinchedAt = 0
      finger.x = event.clientX
      finger.y = event.clientY
    }

    function apart(): [number, number] | null {
      const [first, second] = [...fingers.values()]
      return first && second ? [share(first.x), share(second.x)] : null
    }

    /** Both fingers have moved: one step of the view for the two. */
    function pinchOn(): void {
      const before = pinchedFrom
      pinchedFrom = null
      const after = apart()
      if (before && after) chart.pinchTo(before, after)
    }

    function up(event: PointerEvent): void {
      pinchOn()
      if (!fingers.delete(event.pointerId)) return
      clearTimeout(hold)
      if (event.type === 'pointercancel') pinchedAt = 0
      if (fingers.size > 0) {
        if (mode === 'pinch' && pinchedAt === 0) mode = 'pan'
        return
      }
      const { timeStamp, type, pointerType } = event
      const lifted = type === 'pointerup'
      if (mode === 'pinch' && pinchedAt > 0 && timeStamp - pinchedAt < TAP_MS)
        travel(chart.home, () => chart.reset())
      else if (mode === 'undecided' && lifted && timeStamp - pressedAt < TAP_MS) tap(event)
      else if (mode === 'point' && pointerType !== 'mouse') chart.cursorMs = null
      else if (mode === 'pan' && lifted) throwOn(track.speedAt(timeStamp), timeStamp)
      mode = 'idle'
      pinchedAt = 0
    }

    function tap(event: PointerEvent): void {
      if (event.timeStamp - lastTapAt < TAP_MS) {
        lastTapAt = 0
        if (event.pointerType !== 'mouse') chart.cursorMs = null
        travel(zoom(chart.view, TAP_ZOOM, instant(event.clientX), chart.limits))
        return
      }
      lastTapAt = event.timeStamp
      const shown = event.pointerType === 'mouse' ? null : chart.lineMs
      const line = shown === null ? Infinity : (shown - chart.view.fromMs) / msPerPixel()
      if (Math.abs(event.clientX - leftEdge() - line) < NEAR_PX) chart.cursorMs = null
      else pointInside(event.clientX)
    }

    /** A frame after the other until `step` has enough. @param step what is done with the time since the last one */
    function animate(fromMs: number, step: (elapsedMs: number, now: number) => boolean): void {
      let before = fromMs
      const frame = (now: number) => {
        // A frame may carry the time before the event that asked for it; a page that was busy does not jump.
        const elapsed = Math.max(0, Math.min(40, now - before))
        before = now
        if (step(elapsed, now)) moving = requestAnimationFrame(frame)
      }
      moving = requestAnimationFrame(frame)
    }

    function throwOn(speed: number, fromMs: number): void {
      if (isStill()) return
      let left = speed
      animate(fromMs, (elapsed) => {
        const next = glide(left, elapsed)
        if (!next) return false
        left = next.speed
        const { view } = chart
        chart.panBy(-next.px * msPerPixel())
        return elapsed === 0 || chart.view !== view
      })
    }

    /** Brings the view to a span, at once for those who want no motion. */
    function travel(to: Span, arrived: () => void = () => undefined): void {
      const from = chart.view
      let gone = isStill() ? TRAVEL_MS : 0
      const go = (elapsed: number) => {
        gone += elapsed
        const share = easeOut(Math.min(1, gone / TRAVEL_MS))
        chart.moveTo({
          fromMs: from.fromMs + (to.fromMs - from.fromMs) * share,
          toMs: from.toMs + (to.toMs - from.toMs) * share,
        })
        if (share < 1) return true
        arrived()
        return false
      }
      if (go(0)) animate(performance.now(), go)
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

    /** Whose the wheel is, when it begins to turn: a page that scrolls goes on, and so does one whose chart is whole already. */
    function wheelBegins(event: WheelEvent): void {
      const along = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
      if (event.timeStamp - wheel.atMs > WHEEL_MS) {
        const inside = event.target instanceof Node && node.contains(event.target)
        wheel.ours = inside && (event.ctrlKey || chart.canPan || (!along && event.deltaY < 0))
      }
      wheel.atMs = event.timeStamp
    }

    function turn(event: WheelEvent): void {
      if (!wheel.ours) return
      event.preventDefault()
      cancelAnimationFrame(moving)
      const { deltaX, deltaY, deltaMode, shiftKey, ctrlKey, clientX } = event
      const px = deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1
      if (Math.abs(deltaX) > Math.abs(deltaY) || shiftKey)
        return chart.panBy((shiftKey && deltaX === 0 ? deltaY : deltaX) * px * msPerPixel())
      // A trackpad's pinch comes as a wheel with Ctrl, in small steps.
      chart.zoomBy(Math.exp(deltaY * px * (ctrlKey ? 0.01 : 0.0015)), instant(clientX))
    }

    /** What is ours already is not the page's to scroll, however the finger goes on. */
    function keepOurs(event: TouchEvent): void {
      // Comes once, after the moves of each finger.
      pinchOn()
      if (event.cancelable && (mode === 'pan' || mode === 'point' || mode === 'pinch')) event.preventDefault()
    }

    const listeners = new AbortController()
    const { signal } = listeners
    node.addEventListener('pointerdown', down, { signal })
    node.addEventListener('pointermove', move, { signal })
    node.addEventListener('pointerup', up, { signal })
    node.addEventListener('pointercancel', up, { signal })
    node.addEventListener('pointerleave', leave, { signal })
    node.addEventListener('touchmove', keepOurs, { signal, passive: false })
    node.addEventListener('contextmenu', (event) => fingers.size > 0 && event.preventDefault(), { signal })
    document.addEventListener('pointerdown', elsewhere, { signal })
    document.addEventListener('wheel', wheelBegins, { signal, passive: true, capture: true })
    node.addEventListener('wheel', turn, { signal, passive: false })
    return () => {
      listeners.abort()
      clearTimeout(hold)
      cancelAnimationFrame(moving)
    }
  }
}
