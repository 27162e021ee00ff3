/** Which markets of the list are shown: by words, source and currency. Pure. */
import type { MarketState } from '../state/types.ts'

export interface Filter {
  readonly text: string
  /** null: all. */
  readonly source: string | null
  /** In capitals; null: all. */
  readonly quote: string | null
}

export const NO_FILTER: Filter = { text: '', source: null, quote: null }

export function isFiltering({ text, source, quote }: Filter): boolean {
  return text.trim() !== '' || source !== null || quote !== null
}

/**
 * @param nameOf the market's name as it is shown
 */
export function filtered(
  markets: readonly MarketState[],
  { text, source, quote }: Filter,
  nameOf: (market: MarketState) => string,
): readonly MarketState[] {
  const words = text
    .toLowerCase()
    .split(/[\s/]+/)
    .filter((word) => word !== '')
  return markets.filter((market) => {
    if (source !== null && market.source !== source) return false
    if (quote !== null && market.quote.toUpperCase() !== quote) return false
    const own = `${market.id} ${nameOf(market)} ${market.name} ${market.symbol ?? ''}`.toLowerCase()
    return words.every((word) => own.includes(word))
  })
}

/** What can be chosen of, each once, in the order of the alphabet. */
export function choicesOf(markets: readonly MarketState[]): {
  readonly sources: readonly string[]
  readonly quotes: readonly string[]
} {
  const quotes = markets.map(({ quote }) => quote.toUpperCase()).filter((quote) => quote !== '')
  return {
    sources: [...new Set(markets.map(({ source }) => source))].sort(),
    quotes: [...new Set(quotes)].sort(),
  }
}
