/** What can be done with a market of the list, each with its news and, where there is one, a way back. */
import type { MarketId } from '../../../core/market.ts'
import { t } from '../i18n/t.ts'
import { app } from '../state/app.svelte.ts'
import type { MarketState } from '../state/types.ts'
import type { Words } from '../owner/told.ts'
import { marketName } from '../ui/names.ts'
import { toasts } from '../ui/toasts.svelte.ts'
import {
  arranged,
  hide,
  isPinned,
  moveBy,
  pin,
  putIntoSection,
  unhide,
  unpin,
  type Arrangement,
} from './arrangement.ts'
import { list } from './arrangement.svelte.ts'
import { ledMarkets } from './led-markets.ts'
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
  const own: Arrangement = { ...list.arrangement, sort: 'own' }
  const moved = moveBy(own, arranged(ledMarkets(), own), id, by)
  return moved && { ...moved, sort: list.arrangement.sort }
}

/** Where it stands, for who cannot see it move. */
export function placeText(market: MarketState): string {
  const groups = arranged(ledMarkets(), { ...list.arrangement, sort: 'own' })
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

/** Out of the list of this device; the server goes on with it. */
export function hideMarket(market: MarketState): void {
  rearrange(hide(list.arrangement, market.id), t(`${marketName(market)} is hidden on this device`))
}

/** The server stops following it and keeps its history, so it can be had back whole; here it leaves the list. */
export async function remove(market: MarketState): Promise<void> {
  const { id } = market
  const text = t(`${marketName(market)} is removed; the server keeps its history`)
  const isDone = await ordered(orders.remove(id), text, () => {
    list.set(unhide(list.arrangement, id))
    return resume(market)
  })
  if (isDone) list.set(hide(list.arrangement, id))
}

async function ordered(
  order: Promise<Words | null>,
  done: string,
  undo: (() => Promise<void>) | null = null,
): Promise<boolean> {
  const refusal = await order
  if (refusal !== null) {
    toasts.show(refusal)
    return false
  }
  app.syncNow()
  toasts.show(
    undo === null ? { text: done } : { text: done, action: { name: t('Undo'), run: () => void undo() } },
  )
  return true
}
