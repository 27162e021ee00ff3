import { describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../core/time/interval.ts'
import { unitsText } from './bars.ts'
import { OUTAGES } from './catalogue.ts'
import { shortOutage } from './day.ts'
import { createMarkets, type SimulatedMarket, type SimulationOptions, type TimedBar } from './market.ts'

const MARCH = Date.UTC(2026, 2, 1)
const LATER = Date.UTC(2026, 8, 1)

function market(id: string, seed = '1', sinceMs: number | null = null): SimulatedMarket {
  const found = createMarkets({ seed, sinceMs }).find((one) => one.product.id === id)
  if (!found) throw new Error(`no product ${id}`)
  return found
}

/** The plain twin of the roll-up: one bar of a list. */
function merged(bars: readonly TimedBar[]): Omit<TimedBar, 'startMs'> {
  return {
    open: bars[0]!.open,
    high: Math.max(...bars.map((bar) => bar.high)),
    low: Math.min(...bars.map((bar) => bar.low)),
    close: bars.at(-1)!.close,
    volume: bars.reduce((sum, bar) => sum + bar.volume, 0),
  }
}

describe('a simulated market', () => {
  test('gives the same candle whatever was asked before', () => {
    const fresh = market('LTC-USD').bars(MINUTE_MS, MARCH, MARCH + HOUR_MS, LATER)
    const used = market('LTC-USD')
    used.bars(DAY_MS, MARCH + 90 * DAY_MS, MARCH + 95 * DAY_MS, LATER)
    used.bars(HOUR_MS, MARCH - 3 * DAY_MS, MARCH + 2 * DAY_MS, LATER)
    expect(used.bars(MINUTE_MS, MARCH, MARCH + HOUR_MS, LATER)).toEqual(fresh)
    expect(fresh.length).toBeGreaterThan(30)
  })

  test('differs by seed', () => {
    const one = market('BTC-USD', '1').bars(DAY_MS, MARCH, MARCH + DAY_MS, LATER)
    const two = market('BTC-USD', '2').bars(DAY_MS, MARCH, MARCH + DAY_MS, LATER)
    expect(two).not.toEqual(one)
  })

  test.each([5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS])(
    'has bars of %i ms that are the sum of their minutes',
    (stepMs) => {
      const thin = market('SHIB-USD')
      const minutes = thin.bars(MINUTE_MS, MARCH, MARCH + 3 * DAY_MS - 1, LATER)
      const starts = [...new Set(minutes.map((bar) => Math.floor(bar.startMs / stepMs) * stepMs))]
      const expected = starts.map((startMs) => ({
        startMs,
        ...merged(minutes.filter((bar) => Math.floor(bar.startMs / stepMs) * stepMs === startMs)),
      }))
      expect(market('SHIB-USD').bars(stepMs, MARCH, MARCH + 3 * DAY_MS - 1, LATER)).toEqual(expected)
    },
  )

  test('keeps the order of low, open, close and high, and trades something in every bar', () => {
    for (const { product, bars } of createMarkets({ seed: '1', sinceMs: null }))
      for (const bar of bars(MINUTE_MS, MARCH, MARCH + DAY_MS, LATER)) {
        const sound =
          bar.low >= 1 &&
          bar.low <= Math.min(bar.open, bar.close) &&
          bar.high >= Math.max(bar.open, bar.close) &&
          bar.volume >= 1 &&
          Number.isSafeInteger(bar.volume)
        if (!sound) expect.fail(`${product.id} ${JSON.stringify(bar)}`)
      }
  })

  test('moves like the real ones: 40 to 130 % a year, from minutes as from days', () => {
    const bitcoin = market('BTC-USD')
    const sigma = (stepMs: number) => {
      const bars = bitcoin.bars(stepMs, MARCH, MARCH + 120 * DAY_MS - 1, LATER)
      const squares = bars.slice(1).map((bar, i) => Math.log(bar.close / bars[i]!.close) ** 2)
      return Math.sqrt((squares.reduce((a, b) => a + b, 0) / squares.length) * ((365 * DAY_MS) / stepMs))
    }
    for (const value of [sigma(MINUTE_MS), sigma(DAY_MS)]) {
      expect(value).toBeGreaterThan(0.3)
      expect(value).toBeLessThan(1.3)
    }
  })

  test('leaves out minutes without trades, most of them at night', () => {
    const minutes = market('SHIB-USD').bars(MINUTE_MS, MARCH, MARCH + 20 * DAY_MS - 1, LATER)
    const traded = (hour: number) =>
      minutes.filter((bar) => Math.floor((bar.startMs % DAY_MS) / HOUR_MS) === hour).length
    expect(traded(3)).toBeLessThan(0.95 * 20 * 60)
    expect(traded(3)).toBeLessThan(traded(15))
  })

  test('begins with its listing and is silent while it is halted', () => {
    const xrp = market('XRP-USD')
    const days = xrp.bars(DAY_MS, Date.UTC(2015, 0), LATER, LATER)
    expect(new Date(days[0]!.startMs).toISOString()).toBe('2020-01-01T00:00:00.000Z')
    const gap = days.findIndex((bar, i) => i > 0 && bar.startMs - days[i - 1]!.startMs > 100 * DAY_MS)
    expect(new Date(days[gap - 1]!.startMs).toISOString().slice(0, 10)).toBe('2024-05-06')
    expect(new Date(days[gap]!.startMs).toISOString().slice(0, 10)).toBe('2024-10-21')
  })

  test('is silent everywhere in an outage of the exchange, long or short', () => {
    let dayMs = MARCH
    while (!shortOutage('1', dayMs)) dayMs += DAY_MS
    for (const [fromMs, toMs] of [OUTAGES.at(-1)!, shortOutage('1', dayMs)!]) {
      for (const { bars } of createMarkets({ seed: '1', sinceMs: null }))
        expect(bars(MINUTE_MS, fromMs, toMs - 1, dayMs + DAY_MS)).toEqual([])
      expect(market('BTC-USD').bars(MINUTE_MS, toMs, toMs, dayMs + DAY_MS)).toHaveLength(1)
    }
  })

  test('a later first day changes nothing after it', () => {
    const since = MARCH + 5 * HOUR_MS
    const late = market('ETH-EUR', '1', since).bars(MINUTE_MS, MARCH, MARCH + DAY_MS, LATER)
    const whole = market('ETH-EUR').bars(MINUTE_MS, MARCH, MARCH + DAY_MS, LATER)
    expect(late).toEqual(whole.filter((bar) => bar.startMs >= since))
  })
})

describe('the forming bar', () => {
  test('grows second by second into the whole bar', () => {
    const btc = market('BTC-USD')
    const [whole] = btc.bars(MINUTE_MS, MARCH, MARCH, LATER)
    let before: TimedBar | undefined
    for (let second = 0; second < 60; second++) {
      const [bar] = btc.bars(MINUTE_MS, MARCH, MARCH, MARCH + second * 1000)
      expect(bar!.open).toBe(whole!.open)
      expect(bar!.high).toBeGreaterThanOrEqual(before?.high ?? bar!.open)
      expect(bar!.low).toBeLessThanOrEqual(before?.low ?? bar!.open)
      expect(bar!.volume).toBeGreaterThanOrEqual(before?.volume ?? 0)
      expect(btc.lastTrade(MARCH + second * 1000)).toEqual({ price: bar!.close, atMs: MARCH + second * 1000 })
      before = bar
    }
    expect(before).toEqual(whole)
  })

  test('of an hour and a day holds what was traded so far', () => {
    const btc = market('BTC-USD')
    const nowMs = MARCH + 3 * HOUR_MS + 20 * MINUTE_MS + 7_000
    const minutes = btc.bars(MINUTE_MS, MARCH, nowMs, nowMs)
    expect(btc.bars(DAY_MS, MARCH, nowMs, nowMs)).toEqual([{ startMs: MARCH, ...merged(minutes) }])
    const hourMs = MARCH + 3 * HOUR_MS
    expect(btc.bars(HOUR_MS, hourMs, nowMs, nowMs)).toEqual([
      { startMs: hourMs, ...merged(minutes.filter((bar) => bar.startMs >= hourMs)) },
    ])
  })

  test('in a silence, the last trade is the one before it', () => {
    const xrp = market('XRP-USD')
    const halted = xrp.lastTrade(Date.UTC(2024, 7, 1))!
    expect(new Date(halted.atMs).toISOString().slice(0, 10)).toBe('2024-05-06')
    expect(market('PEPE-USD').lastTrade(Date.UTC(2023, 0))).toBeNull()
  })
})

describe('what a world may be given', () => {
  const given = (options: Partial<SimulationOptions>, id: string) =>
    createMarkets({ seed: '1', sinceMs: null, ...options }).find(({ product }) => product.id === id)!
  const day = (one: SimulatedMarket) => one.bars(MINUTE_MS, MARCH, MARCH + DAY_MS - 1, LATER)

  test('a halt leaves its buckets without trades, and no others', () => {
    const halt = { product: 'BTC-USD', fromMs: MARCH + HOUR_MS, toMs: MARCH + 2 * HOUR_MS }
    const isHalted = ({ startMs }: TimedBar) => startMs >= halt.fromMs && startMs < halt.toMs
    expect(day(given({ halts: [halt] }, 'BTC-USD'))).toEqual(
      day(market('BTC-USD')).filter((bar) => !isHalted(bar)),
    )
  })

  test('a late trade is in the candles of all lengths from its time on', () => {
    const late = { product: 'BTC-USD', atMs: MARCH + 90_000, knownMs: MARCH + HOUR_MS, amount: 7 }
    const [plain, changed] = [market('BTC-USD'), given({ lateTrades: [late] }, 'BTC-USD')]
    const before = plain.bars(MINUTE_MS, MARCH + MINUTE_MS, MARCH + MINUTE_MS, late.knownMs - 1)
    const at = (nowMs: number) => changed.bars(MINUTE_MS, MARCH + MINUTE_MS, MARCH + MINUTE_MS, nowMs)
    expect(at(late.knownMs - 1)).toEqual(before)
    const { high, volume } = before[0]!
    expect(at(late.knownMs)).toEqual([{ ...before[0]!, high: high + 1, volume: volume + 7 }])
    const hourVolume = (one: SimulatedMarket) => one.bars(HOUR_MS, MARCH, MARCH, LATER)[0]!.volume
    expect(hourVolume(changed)).toBe(hourVolume(plain) + 7)
  })

  test('a renamed product ends under the one name and has its whole history under the other', () => {
    const end = {
      product: 'SOL-USD',
      atMs: MARCH + 6 * HOUR_MS,
      renamedTo: 'NEW-USD',
      listed: 'no',
    } as const
    const whole = day(market('SOL-USD'))
    expect(day(given({ ends: [end] }, 'SOL-USD'))).toEqual(whole.filter(({ startMs }) => startMs < end.atMs))
    expect(day(given({ ends: [end] }, 'NEW-USD'))).toEqual(whole)
    expect(given({ ends: [end] }, 'NEW-USD').listedMs).toBe(end.atMs)
  })
})

describe('decimal text', () => {
  test.each([
    [2124, 8, '0.00002124'],
    [8_661_667, 2, '86616.67'],
    [8_661_600, 2, '86616'],
    [10, 1, '1'],
    [7, 0, '7'],
    [700, 0, '700'],
    [1, 8, '0.00000001'],
  ])('%i units of 10^-%i read %s', (units, decimals, text) => {
    expect(unitsText(units, decimals)).toBe(text)
  })
})
