/**
 * Market identifiers: `SOURCE:BASE-QUOTE` names one real series of one source, `csv:NAME` an imported one.
 * Symbols alone never identify a coin.
 */

/** Checked text such as `coinbase:BTC-USD`; made by `parseMarketId` only. */
export type MarketId = string & { readonly __brand: 'MarketId' }

/** What an identifier says. `quote` is empty for `csv:` series, which have no source to ask. */
export interface MarketName {
  readonly id: MarketId
  readonly source: string
  readonly base: string
  readonly quote: string
}

/** The text is no market identifier; the message names it and says what is accepted. */
export class MarketIdError extends Error {
  override readonly name = 'MarketIdError'
  readonly text: string

  constructor(text: string) {
    super(
      `"${text.slice(0, 80)}" is no market: write SOURCE:BASE-QUOTE, for example coinbase:BTC-USD, or csv:NAME for an imported series`,
    )
    this.text = text
  }
}

const EXCHANGE_MARKET = /^([a-z0-9]{2,24}):([A-Za-z0-9][A-Za-z0-9.]{0,63})-([A-Za-z0-9]{1,16})$/
const COIN_MARKET = /^(coingecko):([a-z0-9][a-z0-9._-]{0,99})-([a-z0-9]{2,16})$/
const IMPORTED = /^csv:([A-Za-z0-9][A-Za-z0-9._-]{0,63})$/

/**
 * Reads an identifier.
 *
 * @throws MarketIdError when the text is none
 */
export function parseMarketId(text: string): MarketName {
  const imported = IMPORTED.exec(text)
  if (imported) return { id: text as MarketId, source: 'csv', base: imported[1]!, quote: '' }
  const match = COIN_MARKET.exec(text) ?? EXCHANGE_MARKET.exec(text)
  if (!match || match[1] === 'csv') throw new MarketIdError(text)
  return { id: text as MarketId, source: match[1]!, base: match[2]!, quote: match[3]! }
}

/** Whether the text is a market identifier. */
export function isMarketId(text: string): text is MarketId {
  return (
    IMPORTED.test(text) || COIN_MARKET.test(text) || (EXCHANGE_MARKET.test(text) && !text.startsWith('csv:'))
  )
}
