/** The markets in the order in which the list begins, before anybody arranges it: the server's, led by the preferred currency. */
import { app } from '../state/app.svelte.ts'
import type { MarketState } from '../state/types.ts'
import { leadWithQuote } from '../ui/leading-quote.ts'
import { preferences } from '../ui/preferences.svelte.ts'

export const ledMarkets = (): readonly MarketState[] => leadWithQuote(app.markets, preferences.current.quote)
