/** What comes in the place of something that was pressed takes the focus that this had. */

/** An attachment: where nothing has the focus, the element gets it, or the first button in it. */
export function takeFocus(element: HTMLElement): void {
  if (document.activeElement !== document.body) return
  const target = element.matches('a, button') ? element : element.querySelector('button')
  target?.focus({ preventScroll: true })
}
