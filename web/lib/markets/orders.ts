/** What the owner orders for a market. Each gives null, or why it was refused, in words. */
import type { MarketId } from '../../../core/market.ts'
import { order } from '../owner/ask.ts'
import type { Words } from '../owner/told.ts'
import { messageOf } from '../owner/trouble.ts'

const pathOf = (id: MarketId) => `/admin/markets/${encodeURIComponent(id)}`

/** Follows a market from now on; one that was paused or removed goes on. */
export const follow = (id: MarketId) => ordered(order('POST', '/admin/markets', { id }))
export const pause = (id: MarketId) => ordered(order('POST', `${pathOf(id)}/pause`))
/** Reads its last day again, now. */
export const pull = (id: MarketId) => ordered(order('POST', `${pathOf(id)}/pull`))
/** Its history is kept on the server. */
export const remove = (id: MarketId) => ordered(order('DELETE', pathOf(id)))

async function ordered(order: Promise<unknown>): Promise<Words | null> {
  try {
    await order
    return null
  } catch (error) {
    return messageOf(error)
  }
}
