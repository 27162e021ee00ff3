import { expect, test } from 'vitest'
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS } from '../../core/time/interval.ts'
import { withRolledUp } from './rolled-up.ts'
import type { Provider } from './types.ts'

const market = parseMarketId('bithumb:BTC-KRW').id
const DAY = Date.UTC(2024, 2, 1)

/** A source that has hours and no days, and was read at noon of the fourth day where nothing else is said. */
function hourly(
  rows: readonly CandleRow[],
  asked: [number, number][] = [],
  readAtMs = DAY + 3.5 * DAY_MS,
): Provider {
  return {
    source: 'bithumb',
    foundedMs: 0,
    intervals: ['1m', '1h'],
    reach: null,
    pricesAtOnce: 1,
    listMarkets: async () => [],
    names: async () => new Map(),
    prices: async () => new Map(),
    feed: () => null,
    health: () => {
      throw new Error('not asked for')
    },
    close: async () => {},
    candles: async (_market, interval, fromMs, toMs) => {
      expect(interval).toBe('1h')
      asked.push([fromMs, toMs])
      return {
        rows: rows.filter(({ startMs }) => startMs >= fromMs && startMs < toMs),
        refused: fromMs === DAY ? [{ startMs: DAY + 26 * HOUR_MS, reason: 'low above high', raw: '[]' }] : [],
        isAstray: false,
        readAtMs,
      }
    },
  }
}

const hour = (at: number, price: number): CandleRow => ({
  startMs: DAY + at * HOUR_MS,
  open: `${price}`,
  high: `${price + 1}.5`,
  low: `${price - 1}`,
  close: `${price}.25`,
  volume: '0.1',
})

test('days that a source lacks are made of its hours and marked; refused and forming ones are not made', async () => {
  const asked: [number, number][] = []
  const provider = withRolledUp(
    hourly([hour(0, 10), hour(5, 30), hour(23, 20), hour(25, 7), hour(50, 8), hour(80, 9)], asked),
  )
  expect(provider.intervals).toEqual(['1m', '1h', '1d'])
  const { rows, refused, isAstray } = await provider.candles(market, '1d', DAY, DAY + 20 * DAY_MS, 'live')
  expect(asked).toEqual([[DAY, DAY + 288 * HOUR_MS]])
  expect(rows).toEqual([
    { startMs: DAY, open: '10', high: '31.5', low: '9', close: '20.25', volume: '0.3', flags: Flag.derived },
    { ...hour(50, 8), startMs: DAY + 2 * DAY_MS, flags: Flag.derived },
  ])
  expect(isAstray).toBe(false)
  expect(refused).toMatchObject([{ startMs: DAY + DAY_MS, raw: '[]' }])
})

test('a part of the span that is empty as a whole behind others may be a mistake, and makes the answer doubtful', async () => {
  const asked: [number, number][] = []
  const provider = withRolledUp(hourly([hour(0, 10)], asked, DAY + 30 * DAY_MS))
  const { isAstray } = await provider.candles(market, '1d', DAY, DAY + 20 * DAY_MS, 'backfill')
  expect(asked).toEqual([
    [DAY, DAY + 288 * HOUR_MS],
    [DAY + 288 * HOUR_MS, DAY + 480 * HOUR_MS],
  ])
  expect(isAstray).toBe(true)
})

test('a source that lacks nothing that could be made stays itself', () => {
  const whole: Provider = { ...hourly([]), intervals: ['1h', '1d'] }
  expect(withRolledUp(whole)).toBe(whole)
})
