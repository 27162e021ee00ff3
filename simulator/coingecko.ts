/**
 * CoinGecko's public API over the simulated world: coins, prices, charts by its automatic granularity, OHLC stamped at the
 * close, search. A path in, a status and JSON text out. The same seed gives the same prices at the same times.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/interval.ts'
import { ASSETS } from './catalogue.ts'
import { randomStream, uniform } from './random.ts'
import { createSkeleton, type Skeleton } from './skeleton.ts'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface CoinGeckoOptions {
  readonly seed: string
  /** How far back it answers; null = the whole history, as with a pro key. */
  readonly reachMs: number | null
}

export interface CoinGecko {
  /** Answers a GET of this path and query at this instant. */
  answer(url: URL, nowMs: number): Answer
  /** The price of a coin at an instant, as it prints it; for tests to compare with. */
  price(coin: string, quote: string, atMs: number): string
}

interface SimulatedCoin {
  readonly id: string
  readonly symbol: string
  readonly name: string
}

const PATH = '/api/v3'
const QUOTES = ['usd', 'eur', 'btc']
const COINS: readonly SimulatedCoin[] = Object.entries(ASSETS).map(([symbol, { name }]) => ({
  id: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
  symbol: symbol.toLowerCase(),
  name,
}))
/** Listed under its old name still, and priced no more. */
const RENAMED: SimulatedCoin = { id: 'matic-network', symbol: 'matic', name: 'Polygon (renamed)' }
/** So cheap that its price is printed with an exponent. */
const TINY: SimulatedCoin = { id: 'tiny-coin', symbol: 'tiny', name: 'Tiny Coin' }

/** Points are stamped up to so long before their nominal time. */
const JITTER_MS = 90_000

/** The CoinGecko of this world. */
export function createCoinGecko({ seed, reachMs }: CoinGeckoOptions): CoinGecko {
  const skeleton = createSkeleton(seed)
  const price = (coin: string, quote: string, atMs: number) => priceText(skeleton, seed, coin, quote, atMs)
  return {
    price,
    answer(url, nowMs) {
      if (!url.pathname.startsWith(`${PATH}/`)) return refusal(404, 'Not Found')
      const [room, id, view, more] = url.pathname.slice(PATH.length + 1).split('/')
      const query = url.searchParams
      if (room === 'ping') return json({ gecko_says: '(V3) To the Moon!' })
      if (room === 'search' && id === undefined) return search(query.get('query') ?? '', url)
      if (room === 'simple' && id === 'supported_vs_currencies') return json(QUOTES)
      if (room === 'simple' && id === 'price') return simplePrice(query, nowMs, price)
      if (room !== 'coins') return refusal(404, 'Not Found')
      if (id === 'list') return json([...COINS, TINY, RENAMED])
      if (id === 'markets') return json(metadata(query, url))
      const coin = [...COINS, TINY].find((one) => one.id === id)
      if (!coin) return refusal(404, 'coin not found')
      const quote = query.get('vs_currency')
      if (quote === null) return refusal(422, 'Missing parameter vs_currency')
      if (!QUOTES.includes(quote)) return refusal(422, 'invalid vs_currency')
      const at = (atMs: number) => price(coin.id, quote, atMs)
      if (view === 'ohlc') return ohlc(query, nowMs, at)
      if (view === 'market_chart' && more === 'range')
        return range(query, nowMs, at, reachMs, `${seed}/${coin.id}`)
      return refusal(404, 'Not Found')
    },
  }
}

function json(value: unknown): Answer {
  return { status: 200, body: JSON.stringify(value) }
}

function refusal(status: number, error: string): Answer {
  return { status, body: JSON.stringify({ error }) }
}

/** Prices move in a line between two midnights, with a small wave of their own. */
function priceText(skeleton: Skeleton, seed: string, coin: string, quote: string, atMs: number): string {
  const known = COINS.find((one) => one.id === coin)
  const dayMs = Math.floor(atMs / DAY_MS) * DAY_MS
  const { from, to } = skeleton.asset((known?.symbol ?? 'btc').toUpperCase(), dayMs)
  const share = (atMs - dayMs) / DAY_MS
  const minute = Math.floor(atMs / MINUTE_MS)
  const wave = 0.004 * (uniform(randomStream(`${seed}/${coin}/${minute}`)) - 0.5)
  const usd = Math.exp(from + (to - from) * share + wave) * (coin === TINY.id ? 1e-13 : 1)
  const unit = quote === 'eur' ? 1.08 : quote === 'btc' ? 60_000 : 1
  // As JSON prints a double: with an exponent below a millionth.
  return JSON.stringify(usd / unit)
}

function simplePrice(query: URLSearchParams, nowMs: number, price: CoinGecko['price']): Answer {
  const ids = query.get('ids')
  const quotes = query.get('vs_currencies')
  if (quotes === null) return refusal(422, 'Missing parameter vs_currencies')
  if (ids === null) return refusal(422, 'Missing parameter ids')
  const updated = Math.floor((nowMs - 3_000) / 1000)
  const parts: string[] = []
  for (const id of ids.split(',')) {
    if (id === RENAMED.id) parts.push(`"${id}":{}`)
    // What it does not know it leaves out, a name with a space before it too.
    if (![...COINS, TINY].some((coin) => coin.id === id)) continue
    const prices = quotes.split(',').filter((quote) => QUOTES.includes(quote))
    const told = prices.map((quote) => `"${quote}":${price(id, quote, updated * 1000)}`)
    parts.push(`"${id}":{${[...told, `"last_updated_at":${updated}`].join(',')}}`)
  }
  return { status: 200, body: `{${parts.join(',')}}` }
}

function search(text: string, { origin }: URL): Answer {
  const wanted = text.toLowerCase()
  const found = [...COINS, TINY].filter(({ id, symbol, name }) =>
    [id, symbol, name.toLowerCase()].some((word) => word.includes(wanted)),
  )
  const coins = found.map((coin, i) => ({
    ...coin,
    api_symbol: coin.id,
    symbol: coin.symbol.toUpperCase(),
    market_cap_rank: i + 1,
    large: `${origin}/images/${coin.id}.png`,
  }))
  return json({ coins, exchanges: [], icos: [], categories: [], nfts: [] })
}

/** Of `coins/markets` only what is read of it: where the logo is. */
function metadata(query: URLSearchParams, { origin }: URL): unknown {
  const ids = (query.get('ids') ?? '').split(',')
  return COINS.filter(({ id }) => ids.includes(id)).map((coin) => ({
    ...coin,
    image: `${origin}/images/${coin.id}.png`,
  }))
}

/** The last day every 5 minutes, up to 90 days hourly, more than that daily; stamps a little before the nominal time. */
function range(
  query: URLSearchParams,
  nowMs: number,
  at: (atMs: number) => string,
  reachMs: number | null,
  stream: string,
): Answer {
  const fromMs = Number(query.get('from') ?? NaN) * 1000
  const toMs = Number(query.get('to') ?? NaN) * 1000
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return refusal(422, 'Missing parameter from, to')
  if (reachMs !== null && fromMs < nowMs - reachMs)
    return {
      status: 401,
      body: JSON.stringify({
        error: {
          status: {
            error_code: 10012,
            error_message: 'Your request exceeds the allowed time range.',
          },
        },
      }),
    }
  const length = toMs - fromMs
  const isNow = length <= DAY_MS && toMs >= nowMs - 5 * MINUTE_MS
  const step = isNow ? 5 * MINUTE_MS : length <= 90 * DAY_MS ? HOUR_MS : DAY_MS
  const prices: string[] = []
  const caps: string[] = []
  let lastMs = 0
  for (let nominal = Math.ceil(fromMs / step) * step; nominal <= Math.min(toMs, nowMs); nominal += step) {
    const early = step === DAY_MS ? 0 : Math.floor(uniform(randomStream(`${stream}/${nominal}`)) * JITTER_MS)
    const atMs = nominal - early
    if (atMs < fromMs) continue
    prices.push(`[${atMs},${at(atMs)}]`)
    caps.push(`[${atMs},null]`)
    lastMs = atMs
  }
  // Its newest price comes last, stamped in whole seconds: in the second of the point before, it goes back in time.
  if (toMs >= nowMs && lastMs > 0) {
    const backMs = Math.floor(lastMs / 1000) * 1000
    prices.push(`[${backMs},${at(backMs)}]`)
    caps.push(`[${backMs},null]`)
  }
  return { status: 200, body: `{"prices":[${prices}],"market_caps":[${caps}],"total_volumes":[${caps}]}` }
}

/** Bars of half an hour, four hours or four days, stamped at their close; the last one forms still. */
function ohlc(query: URLSearchParams, nowMs: number, at: (atMs: number) => string): Answer {
  const days = Number(query.get('days'))
  if (![1, 7, 14, 30, 90, 180, 365].includes(days)) return refusal(422, 'Invalid days')
  const step = days === 1 ? 30 * MINUTE_MS : days <= 30 ? 4 * HOUR_MS : 4 * DAY_MS
  const bars: string[] = []
  for (
    let close = Math.ceil((nowMs - days * DAY_MS) / step) * step + step;
    close < nowMs + step;
    close += step
  ) {
    const prices = [0, 1, 2, 3].map((i) => at(Math.min(nowMs, close - step + (i * step) / 4 + 1000)))
    const sorted = prices.toSorted((a, b) => Number(a) - Number(b))
    bars.push(`[${[close, prices[0], sorted[3], sorted[0], prices[3]].join(',')}]`)
  }
  return { status: 200, body: `[${bars}]` }
}
