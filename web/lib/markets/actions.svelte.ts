/** What can be done with a market of the list, each with its news and, where there is one, a way back. */
import type { MarketId } from '../../../core/market.ts'
import { t } from '../i18n/t.ts'
import { app } from '../state/app.svelte.ts'
import type { MarketState } from '../state/types.ts'
import { marketName } from '../ui/names.ts'
import { toasts } from '../ui/toasts.svelte.ts'
import { arranged, isPinned, moveBy, pin, putIntoSection, unpin, type Arrangement } from './arrangement.ts'
import { list } from './arrangement.svelte.ts'
import * as orders from './orders.ts'

/** Changes the arrangement, and says so with a way back. */
export function rearrange(arrangement: Arrangement, text: string): void {
  const before = list.set(arrangement)
  toasts.show({ text, action: { name: t('Undo'), run: () => void list.set(before) } })
}

export function togglePin(market: MarketState): void {
  const { arrangement } = list
  const name = marketName(market)
  if (isPinned(arrangement, market.id))
    rearrange(unpin(arrangement, market.id), t(`${name} is not pinned any more`))
  else rearrange(pin(arrangement, market.id), t(`${name} is pinned`))
}

/** One place up or down in the own order. */
export function step(market: MarketState, by: 1 | -1): void {
  const moved = stepped(market.id, by)
  if (moved) list.set(moved)
}

/** Whether there is a place to move to; a sorted list has no places of its own. */
export function canStep(id: MarketId, by: 1 | -1): boolean {
  return list.arrangement.sort === 'own' && stepped(id, by) !== null
}

function stepped(id: MarketId, by: 1 | -1): Arrangement | null {
  const { arrangement } = list
  return moveBy(arrangement, arranged(app.markets, arrangement), id, by)
}

export function putInto(market: MarketState, section: string | null): void {
  const name = marketName(market)
  const into = list.arrangement.sections.find(({ id }) => id === section)?.name
  const moved = putIntoSection(list.arrangement, market.id, section)
  rearrange(moved, into === undefined ? t(`${name} is in no section`) : t(`${name} is in ${into}`))
}

/** To the clipboard; where pages may not write there, it is shown to be copied by hand. */
export async function copyIdentifier(id: MarketId): Promise<void> {
  try {
    // Over plain http there is no clipboard.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(id)
    toasts.show({ text: navigator.clipboard ? t(`Copied: ${id}`) : id })
  } catch {
    toasts.show({ text: id })
  }
}

export async function pause(market: MarketState): Promise<void> {
  const name = marketName(market)
  await ordered(orders.pause(market.id), t(`${name} is paused; its history stays`), () => resume(market))
}

export async function resume(market: MarketState): Promise<void> {
  await ordered(orders.follow(market.id), t(`${marketName(market)} goes on`))
}

export async function pull(market: MarketState): Promise<void> {
  await ordered(orders.pull(market.id), t(`The last day of ${marketName(market)} is being read again`))
}

/** Its history stays on the server, so it can be had back whole. */
export async function remove(market: MarketState): Promise<void> {
  const name = marketName(market)
  await ordered(orders.remove(market.id), t(`${name} is removed; the server keeps its history`), () =>
    resume(market),
  )
}

async function ordered(
  order: Promise<string | null>,
  done: string,
  undo: (() => Promise<void>) | null = null,
): Promise<void> {
  const refusal = await order
  if (refusal !== null) return toasts.show({ text: refusal })
  app.syncNow()
  toasts.show(
    undo === null ? { text: done } : { text: done, action: { name: t('Undo'), run: () => void undo() } },
  )
}
