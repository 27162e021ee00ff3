/**
 * Reads kept answers again, by today's parser and without a network: what ccxt would fetch is the stored body. So what an
 * earlier version misread comes out right.
 */
import { parse } from 'lossless-json'
import { parseMarketId } from '../../core/market.ts'
import type { RawAnswer, RawQuestion } from '../archive/types.ts'
import { openExchange, textNumbers } from './ccxt-exchange.ts'
import { readPoints, rowsOfPoints } from './coingecko-chart.ts'
import { dialectOf } from './create.ts'
import type { CcxtExchange, Dialect } from './dialect.ts'
import { readRows, type CheckedRows } from './rows.ts'

/** A kept answer that says what it was asked. */
export type KeptAnswer = RawAnswer & { readonly question: RawQuestion }

export interface Replay {
  /**
   * The checked rows of the answer, as its provider gave them or would give them now.
   *
   * @throws Error when today's parser makes nothing of it
   */
  read(answer: KeptAnswer): Promise<CheckedRows>
}

class ExchangeReplay implements Replay {
  readonly #dialect: Dialect
  #exchange: Promise<CcxtExchange> | null = null
  #body = ''
  #turn: Promise<unknown> = Promise.resolve()

  constructor(dialect: Dialect) {
    this.#dialect = dialect
  }

  read(answer: KeptAnswer): Promise<CheckedRows> {
    const result = this.#turn.then(() => this.#read(answer))
    this.#turn = result.catch(() => {}) // Whoever asked for it hears of it.
    return result
  }

  async #read({ body, question }: KeptAnswer): Promise<CheckedRows> {
    const { market, interval, fromMs, toMs, product } = question
    this.#exchange ??= openExchange(this.#dialect, null, async () => this.#answer())
    const exchange = await this.#exchange
    const { base, quote } = parseMarketId(market)
    const symbol = this.#dialect.productId(base, quote)
    // One market stands in for the list, which would have to be asked for.
    if (this.#dialect.needsMarkets)
      exchange.setMarkets([
        exchange.safeMarketStructure({
          id: product,
          symbol,
          base,
          quote,
          baseId: base,
          quoteId: quote,
          type: 'spot',
          spot: true,
          active: true,
        }),
      ])
    this.#body = body
    const value = await this.#dialect.candles(exchange, symbol, interval, fromMs, toMs)
    if (!Array.isArray(value)) throw new Error('no list of candles')
    return readRows(value, this.#dialect.rowShape, question)
  }

  #answer(): unknown {
    const value = parse(this.#body)
    return this.#dialect.numbers === 'text' ? textNumbers(value) : value
  }
}

/** Points of CoinGecko's charts. */
const chartReplay: Replay = {
  read: async ({ body, question }) => {
    const chart = readPoints(parse(body), question.interval)
    if (!chart) throw new Error('no list of prices')
    return rowsOfPoints(chart, question)
  },
}

/** null for a source whose answers cannot be read again. */
export async function openReplay(source: string): Promise<Replay | null> {
  if (source === 'coingecko') return chartReplay
  const dialect = await dialectOf(source)
  return dialect && new ExchangeReplay(dialect)
}
