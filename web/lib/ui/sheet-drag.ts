/** A finger on a sheet's head pulls it down; far or fast enough, and it closes. */
import type { Attachment } from 'svelte/attachments'

/** Pulled further than this it closes, CSS pixels. */
const FAR_PX = 90
/** Let go faster than this it closes, CSS pixels a millisecond. */
const FAST = 0.5

/** @param sheet what moves; @param close called when it was pulled away */
export function sheetDrag(sheet: () => HTMLElement | undefined, close: () => void): Attachment<HTMLElement> {
  return (head) => {
    let from: { readonly y: number; readonly atMs: number } | null = null

    function down(event: PointerEvent): void {
      // A mouse has the button; and where the sheet stands in the middle there is nowhere to pull it.
      if (event.pointerType === 'mouse' || (event.target as Element).closest('button')) return
      from = { y: event.clientY, atMs: event.timeStamp }
      head.setPointerCapture(event.pointerId)
    }
    function move(event: PointerEvent): void {
      const element = sheet()
      if (!from || !element) return
      element.style.transition = 'none'
      element.style.translate = `0 ${Math.max(0, event.clientY - from.y)}px`
    }
    function up(event: PointerEvent): void {
      const element = sheet()
      if (!from || !element) return
      const pulled = event.clientY - from.y
      const speed = pulled / Math.max(1, event.timeStamp - from.atMs)
      from = null
      element.style.transition = ''
      element.style.translate = ''
      if (event.type === 'pointerup' && (pulled > FAR_PX || (pulled > 16 && speed > FAST))) close()
    }

    head.addEventListener('pointerdown', down)
    head.addEventListener('pointermove', move)
    head.addEventListener('pointerup', up)
    head.addEventListener('pointercancel', up)
    return () => {
      head.removeEventListener('pointerdown', down)
      head.removeEventListener('pointermove', move)
      head.removeEventListener('pointerup', up)
      head.removeEventListener('pointercancel', up)
    }
  }
}
