/** The focus of the list: a row that moves in the page loses it, and one that goes leaves it to who stands in its place then. */

let held: { readonly id: string | undefined; readonly index: number } | null = null

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-row]')]

/** Before the list changes. */
export function noteRowFocus(): void {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]')
  held = row ? { id: row.dataset['row'], index: rows().indexOf(row) } : null
}

/** When it has changed. */
export function keepRowFocus(): void {
  if (!held || document.activeElement !== document.body) return
  const { id, index } = held
  const all = rows()
  const row = all.find(({ dataset }) => dataset['row'] === id) ?? all[Math.min(index, all.length - 1)]
  row?.querySelector('a')?.focus()
}
