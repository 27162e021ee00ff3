/**
 * Dragging a row of the order by its handle, with finger, pen or mouse. The rows give way at once; near an edge the list
 * scrolls. The rows are found in the page by `data-arrange`, their groups by `data-group`.
 */
import type { MarketId } from '../../../core/market.ts'
import type { GroupId } from './arrangement.ts'

/** Where a row would come to lie. */
export interface Place {
  readonly group: GroupId
  /** Among the rows of the group without the one that is dragged. */
  readonly index: number
}

export interface DragHandlers {
  moved(place: Place): void
  ended(): void
}

const EDGE_PX = 90
/** At a frame. */
const SCROLL_PX = 9

/** Follows the pointer until it leaves. Call it when the handle is pressed. */
export function drag(list: HTMLElement, id: MarketId, pressed: PointerEvent, handlers: DragHandlers): void {
  let y = pressed.clientY
  let frame = requestAnimationFrame(scroll)
  const scroller = scrollerOf(list)

  function scroll(): void {
    frame = requestAnimationFrame(scroll)
    const by = y < EDGE_PX ? -SCROLL_PX : y > innerHeight - EDGE_PX ? SCROLL_PX : 0
    if (by === 0) return
    scroller.scrollBy(0, by)
    handlers.moved(placeAt(list, id, y))
  }
  function move(event: PointerEvent): void {
    if (event.pointerId !== pressed.pointerId) return
    y = event.clientY
    handlers.moved(placeAt(list, id, y))
  }
  function end(event: PointerEvent): void {
    if (event.pointerId !== pressed.pointerId) return
    cancelAnimationFrame(frame)
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', end)
    removeEventListener('pointercancel', end)
    handlers.ended()
  }
  // At the window, since a row that moves in the page loses the pointer that it holds.
  addEventListener('pointermove', move)
  addEventListener('pointerup', end)
  addEventListener('pointercancel', end)
}

function placeAt(list: HTMLElement, id: MarketId, y: number): Place {
  const groups = [...list.querySelectorAll<HTMLElement>('[data-group]')]
  // The last group that begins above the pointer; over all of them, the first.
  const group = groups.findLast((one) => one.getBoundingClientRect().top <= y) ?? groups[0]!
  const others = [...group.querySelectorAll<HTMLElement>('[data-arrange]')].filter(
    (row) => row.dataset['arrange'] !== id,
  )
  const index = others.filter((row) => {
    const { top, height } = row.getBoundingClientRect()
    return top + height / 2 < y
  }).length
  return { group: group.dataset['group']!, index }
}

function scrollerOf(element: HTMLElement): Element {
  for (let at: HTMLElement | null = element; at; at = at.parentElement)
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at
  return document.scrollingElement ?? document.documentElement
}
