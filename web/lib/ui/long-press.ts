/**
 * Asks for a thing's menu: the mouse's other button, the keyboard's menu key, a finger that stays. Browsers tell the last
 * one by themselves, all but Safari on a phone, for which it is timed here.
 */
import type { Attachment } from 'svelte/attachments'

const HOLD_MS = 500
/** A finger that moves further than this scrolls, CSS pixels. */
const SLACK_PX = 10

/** @param ask gets the place on the page: the finger, the pointer, or the middle of the thing for the keyboard */
export function longPress(
  ask: (at: { readonly x: number; readonly y: number }) => void,
): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let from = { x: 0, y: 0 }
    /** The finger that asked is still down: what it does when it leaves is no tap. */
    let asked = false

    const forget = () => clearTimeout(timer)
    function open(x: number, y: number): void {
      forget()
      asked = true
      ask({ x, y })
    }
    function down(event: PointerEvent): void {
      forget()
      asked = false
      if (event.pointerType !== 'touch' || !event.isPrimary) return
      from = { x: event.clientX, y: event.clientY }
      timer = setTimeout(() => open(from.x, from.y), HOLD_MS)
    }
    function move(event: PointerEvent): void {
      if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLACK_PX) forget()
    }
    function menu(event: MouseEvent): void {
      event.preventDefault()
      if (asked) return
      const box = element.getBoundingClientRect()
      // The menu key names no place.
      const isPlaced = event.clientX !== 0 || event.clientY !== 0
      open(
        isPlaced ? event.clientX : box.left + box.width / 2,
        isPlaced ? event.clientY : box.top + box.height / 2,
      )
    }
    /** The menu key, or a key that presses the thing, after a finger has asked. */
    function key(): void {
      asked = false
    }
    function click(event: MouseEvent): void {
      if (!asked) return
      asked = false
      event.preventDefault()
      event.stopPropagation()
    }

    element.addEventListener('pointerdown', down)
    element.addEventListener('pointermove', move)
    element.addEventListener('pointerup', forget)
    element.addEventListener('pointercancel', forget)
    element.addEventListener('contextmenu', menu)
    element.addEventListener('keydown', key)
    element.addEventListener('click', click, { capture: true })
    return () => {
      forget()
      element.removeEventListener('pointerdown', down)
      element.removeEventListener('pointermove', move)
      element.removeEventListener('pointerup', forget)
      element.removeEventListener('pointercancel', forget)
      element.removeEventListener('contextmenu', menu)
      element.removeEventListener('keydown', key)
      element.removeEventListener('click', click, { capture: true })
    }
  }
}
