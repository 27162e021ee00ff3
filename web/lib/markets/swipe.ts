/**
 * Swiping a row sideways with a finger: to the end side it pins, to the start side it uncovers what else can be done. A
 * finger that goes up or down first scrolls, and the row stays where it is.
 */
import type { Attachment } from 'svelte/attachments'

/** Where the row is, and what would happen if the finger left now. */
export interface Swipe {
  /** CSS pixels towards the end of the line; negative towards its start. */
  readonly offset: number
  /** The same to the right, as the page moves it. */
  readonly x: number
  /** The finger has left: the row is on its way back, or stays open. */
  readonly isReleased: boolean
}

export interface SwipeHandlers {
  moved(swipe: Swipe | null): void
  /** Far enough to the end side. */
  toEnd(): void
}

const EDGE_PX = 22
/** Before that nobody knows where the finger is going. */
const SLACK_PX = 12
/** Sideways must be clearly more than up or down. */
const SLOPE = 1.6
/** So far decides. */
export const DECIDES_PX = 72
/** How far the row stays open for its buttons. */
export const OPEN_PX = 144

export function swipe(handlers: SwipeHandlers): Attachment<HTMLElement> {
  return (element) => {
    let from: { readonly x: number; readonly y: number; readonly id: number } | null = null
    let startedAt = 0
    let isSwiping = false
    let offset = 0
    let hasSwiped = false

    const isAction = (event: Event) => (event.target as Element).closest('[data-swipe-action]') !== null
    const direction = () => (getComputedStyle(element).direction === 'rtl' ? -1 : 1)

    function down(event: PointerEvent): void {
      hasSwiped = false
      // What the row has uncovered is pressed like any button.
      if (isAction(event)) return
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      // From the very edge phones go back or forward.
      if (event.clientX < EDGE_PX || event.clientX > innerWidth - EDGE_PX) return
      from = { x: event.clientX, y: event.clientY, id: event.pointerId }
      startedAt = offset
      isSwiping = false
    }
    function move(event: PointerEvent): void {
      if (event.pointerId !== from?.id) return
      const [x, y] = [event.clientX - from.x, event.clientY - from.y]
      if (!isSwiping) {
        if (Math.hypot(x, y) < SLACK_PX) return
        if (Math.abs(x) < Math.abs(y) * SLOPE) return end()
        isSwiping = true
        hasSwiped = true
        element.setPointerCapture(event.pointerId)
      }
      const wanted = startedAt + x * direction()
      // Beyond what it uncovers it follows more and more slowly.
      offset = wanted < -OPEN_PX ? -OPEN_PX + (wanted + OPEN_PX) / 4 : Math.min(wanted, DECIDES_PX * 1.5)
      handlers.moved({ offset, x: offset * direction(), isReleased: false })
    }
    function up(event: PointerEvent): void {
      if (event.pointerId !== from?.id) return
      if (!isSwiping) {
        if (offset !== 0) hasSwiped = true
        return close()
      }
      if (offset >= DECIDES_PX) {
        close()
        handlers.toEnd()
      } else if (offset <= -DECIDES_PX) {
        end()
        offset = -OPEN_PX
        handlers.moved({ offset, x: offset * direction(), isReleased: true })
      } else close()
    }
    /** The row returns to its place. */
    function close(): void {
      end()
      if (offset !== 0) handlers.moved(null)
      offset = 0
    }
    function end(): void {
      from = null
      isSwiping = false
    }
    /** What the finger did was no tap. */
    function click(event: MouseEvent): void {
      // The button acts first; with the row it goes away.
      if (isAction(event)) return void setTimeout(close)
      if (!hasSwiped) return
      hasSwiped = false
      event.preventDefault()
      event.stopPropagation()
    }
    function elsewhere(event: Event): void {
      if (offset !== 0 && !element.contains(event.target as Node)) close()
    }

    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', up)
    element.addEventListener('pointercancel', close)
    element.addEventListener('click', click, { capture: true })
    document.addEventListener('pointerdown', elsewhere)
    document.addEventListener('scroll', elsewhere, { capture: true, passive: true })
    return () => {
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', up)
      element.removeEventListener('pointercancel', close)
      element.removeEventListener('click', click, { capture: true })
      document.removeEventListener('pointerdown', elsewhere)
      document.removeEventListener('scroll', elsewhere, { capture: true })
    }
  }
}
