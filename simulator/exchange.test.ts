import { describe, expect, test } from 'vitest'
import { createExchange } from './exchange.ts'
import { createTruth } from './truth.ts'

const NOW = Date.UTC(2026, 2, 1, 12, 34, 56)
const exchange = createExchange({ seed: '1', sinceMs: null })

function get(path: string): { status: number; body: string; json: unknown } {
  const { status, body } = exchange.answer(new URL(path, 'http://exchange'), NOW)
  return { status, body, json: JSON.parse(body) as unknown }
}

function candleRows(path: string): number[][] {
  const { status, json } = get(path)
  expect(status).toBe(200)
  return json as number[][]
}

describe('the simulated exchange', () => {
  test('lists its products with their rules', () => {
    const products = get('/products').json as Record<string, unknown>[]
    expect(products).toHaveLength(12)
    expect(products.find((product) => product['id'] === 'SHIB-USD')).toMatchObject({
      base_currency: 'SHIB',
      quote_currency: 'USD',
      quote_increment: '0.00000001',
      base_increment: '1',
      display_name: 'SHIB/USD',
      status: 'online',
      trading_disabled: false,
    })
    expect(get('/products/BTC-EUR').json).toMatchObject({ id: 'BTC-EUR', quote_increment: '0.01' })
  })

  test('names its currencies', () => {
    expect(get('/currencies').json).toContainEqual(expect.objectContaining({ id: 'SOL', name: 'Solana' }))
  })

  test('tells its time', () => {
    expect(get('/time').json).toEqual({ iso: '2026-03-01T12:34:56.000Z', epoch: NOW / 1000 })
  })

  test('gives candles newest first, as start, low, high, open, close, volume', () => {
    const rows = candleRows(
      '/products/BTC-USD/candles?granularity=60&start=2026-03-01T00:00:00Z&end=2026-03-01T00:03:00Z',
    )
    expect(rows.map((row) => row[0])).toEqual([180, 120, 60, 0].map((s) => Date.UTC(2026, 2, 1) / 1000 + s))
    for (const [, low, high, open, close] of rows) {
      expect(low).toBeLessThanOrEqual(Math.min(open!, close!))
      expect(high).toBeGreaterThanOrEqual(Math.max(open!, close!))
    }
  })

  test('prints tiny prices in plain decimals', () => {
    const { body } = get('/products/SHIB-USD/candles?granularity=60')
    expect(body).toMatch(/^\[\[\d+,0\.0000\d+,/)
    expect(body).not.toMatch(/e/i)
  })

  test('takes Unix seconds as it takes ISO times', () => {
    const start = Date.UTC(2026, 1, 1) / 1000
    expect(
      candleRows(`/products/ETH-USD/candles?granularity=3600&start=${start}&end=${start + 7200}`),
    ).toEqual(
      candleRows('/products/ETH-USD/candles?granularity=3600&start=2026-02-01&end=2026-02-01T02:00:00Z'),
    )
  })

  test('includes the forming bucket and nothing after it', () => {
    const rows = candleRows(
      '/products/BTC-USD/candles?granularity=3600&start=2026-03-01T10:00Z&end=2026-03-01T20:00Z',
    )
    expect(rows.map((row) => new Date(row[0]! * 1000).getUTCHours())).toEqual([12, 11, 10])
  })

  test('gives the newest 300 buckets when no span, or half of one, is named', () => {
    const rows = candleRows('/products/BTC-USD/candles?granularity=86400')
    expect(rows).toHaveLength(300)
    expect(rows[0]![0]).toBe(Date.UTC(2026, 2, 1) / 1000)
    expect(candleRows('/products/BTC-USD/candles?granularity=86400&start=2020-02-01')).toEqual(rows)
  })

  test.each([
    ['granularity=61', 'Unsupported granularity'],
    [
      'granularity=60&start=2026-01-01T00:00:00Z&end=2026-01-01T05:00:01Z',
      'granularity too small for the requested time range. Count of aggregations requested exceeds 300',
    ],
    ['granularity=60&start=yesterday&end=2026-01-01', 'Invalid start'],
    ['granularity=60&start=2026-01-01&end=', null],
    ['granularity=60&start=2026-01-02&end=2026-01-01', 'start must be before end'],
  ])('answers ?%s with %s', (query, message) => {
    const { status, json } = get(`/products/BTC-USD/candles?${query}`)
    if (message === null) expect(status).toBe(200)
    else expect({ status, json }).toEqual({ status: 400, json: { message } })
  })

  test.each(['/', '/products/NO-USD', '/products/BTC-USD/book', '/products/BTC-USD/candles/more', '/orders'])(
    'knows no %s',
    (path) => {
      expect(get(path)).toMatchObject({ status: 404, json: { message: 'NotFound' } })
    },
  )

  test('a product is unknown before its listing', () => {
    const answer = exchange.answer(new URL('http://exchange/products/PEPE-USD'), Date.UTC(2023, 0))
    expect(answer.status).toBe(404)
  })

  test('its ticker is the forming candle', () => {
    const [newest] = candleRows('/products/BTC-USD/candles?granularity=60')
    expect(get('/products/BTC-USD/ticker').json).toMatchObject({
      price: String(newest![4]),
      time: '2026-03-01T12:34:56.000Z',
    })
  })
})

test('the truth is what the exchange says once the candles are closed', () => {
  const fromMs = Date.UTC(2026, 2, 1, 11)
  const toMs = Date.UTC(2026, 2, 1, 12)
  const rows = createTruth({ seed: '1', sinceMs: null }).rows('LTC-USD', '1m', fromMs, toMs)
  const { body } = get(
    `/products/LTC-USD/candles?granularity=60&start=${fromMs / 1000}&end=${toMs / 1000 - 60}`,
  )
  const printed = rows.map((r) => `[${r.startMs / 1000},${r.low},${r.high},${r.open},${r.close},${r.volume}]`)
  expect(body).toBe(`[${printed.reverse().join(',')}]`)
  expect(rows.length).toBeGreaterThan(40)
})
