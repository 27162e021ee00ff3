/** Alt with an arrow moves a row in the own order, and says where it is then. */
import { tick } from 'svelte'
import type { Attachment } from 'svelte/attachments'
import { t } from '../i18n/t.ts'
import { app } from '../state/app.svelte.ts'
import type { MarketState } from '../state/types.ts'
import { marketName } from '../ui/names.ts'
import { canStep, step } from './actions.svelte.ts'
import { arranged } from './arrangement.ts'
import { list } from './arrangement.svelte.ts'

/** @param say is read aloud */
export function rowKeys(market: () => MarketState, say: (text: string) => void): Attachment<HTMLElement> {
  return (element) => {
    async function pressed(event: KeyboardEvent): Promise<void> {
      const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : null
      if (!event.altKey || by === null) return
      event.preventDefault()
      const moved = market()
      if (!canStep(moved.id, by)) return
      step(moved, by)
      await tick()
      // Moved in the page it has lost the focus, and may be another element.
      document.querySelector<HTMLElement>(`[data-row="${CSS.escape(moved.id)}"] a`)?.focus()
      say(placeOf(moved))
    }
    const press = (event: KeyboardEvent) => void pressed(event)
    element.addEventListener('keydown', press)
    return () => element.removeEventListener('keydown', press)
  }
}

function placeOf(market: MarketState): string {
  const groups = arranged(app.markets, list.arrangement)
  const group = groups.find(({ markets }) => markets.some(({ id }) => id === market.id))
  if (!group) return ''
  const place = group.markets.findIndex(({ id }) => id === market.id) + 1
  const of = group.markets.length
  const name = marketName(market)
  if (group.name !== null) return t(`${name}: place ${place} of ${of} in ${group.name}`)
  return group.id === 'pinned'
    ? t(`${name}: place ${place} of ${of} pinned`)
    : t(`${name}: place ${place} of ${of}`)
}
