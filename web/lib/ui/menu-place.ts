/** Where a menu opens: under its button or at a point, and always inside the window. */
import type { MenuPlace } from './Menu.svelte'

const EDGE_PX = 12
const GAP_PX = 4

/** Puts an open menu to its place; it hangs upwards where there is no room below. */
export function placeMenu(menu: HTMLElement, at: MenuPlace): void {
  const { width, height } = menu.getBoundingClientRect()
  const isRtl = getComputedStyle(menu).direction === 'rtl'
  const anchor = at instanceof HTMLElement ? at.getBoundingClientRect() : null
  // A button's menu ends where the button ends; a point's begins at the point.
  const start = anchor
    ? isRtl
      ? anchor.left
      : anchor.right - width
    : isRtl
      ? (at as { x: number }).x - width
      : (at as { x: number }).x
  const below = anchor ? anchor.bottom + GAP_PX : (at as { y: number }).y
  const above = (anchor ? anchor.top - GAP_PX : (at as { y: number }).y) - height
  const top = below + height <= innerHeight - EDGE_PX ? below : Math.max(EDGE_PX, above)
  const left = Math.min(Math.max(EDGE_PX, start), Math.max(EDGE_PX, innerWidth - EDGE_PX - width))
  menu.style.left = `${left}px`
  menu.style.top = `${top}px`
}
