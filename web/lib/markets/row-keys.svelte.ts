/** Alt with an arrow moves a row in the own order, and says where it is then. */
import { tick } from 'svelte'
import type { Attachment } from 'svelte/attachments'
import type { MarketState } from '../state/types.ts'
import { canStep, placeText, step } from './actions.svelte.ts'

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
      say(placeText(moved))
    }
    const press = (event: KeyboardEvent) => void pressed(event)
    element.addEventListener('keydown', press)
    return () => element.removeEventListener('keydown', press)
  }
}
