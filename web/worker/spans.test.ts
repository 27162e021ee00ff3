import { expect, it } from 'vitest'
import { missingColumns, State } from '../../core/candle/columns.ts'
import { parseMarketId } from '../../core/market.ts'
import { HOUR_MS } from '../../core/time/interval.ts'
import { chooseInterval } from './ranges.ts'
import { absentSpans, asOf, coveredMs } from './spans.ts'

const market = parseMarketId('coinbase:BTC-USD').id

function hours(...states: number[]) {
  const columns = missingColumns(market, '1h', 0, states.length, false)
  columns.states.set(states)
  return columns
}

it('absent places of one state are one stretch', () => {
  const { present, empty, outage, missing } = State
  expect(absentSpans(hours(missing, missing, present, empty, outage, present))).toEqual([
    { fromMs: 0, toMs: 2 * HOUR_MS, state: missing },
    { fromMs: 3 * HOUR_MS, toMs: 4 * HOUR_MS, state: empty },
    { fromMs: 4 * HOUR_MS, toMs: 5 * HOUR_MS, state: outage },
  ])
  expect(absentSpans(hours())).toEqual([])
})

it('the as-of time is the close of the newest present candle', () => {
  expect(asOf(hours(State.present, State.empty))).toBe(HOUR_MS)
  expect(asOf(hours(State.empty))).toBeNull()
})

it('what spans cover together is counted once', () => {
  const spans = [
    { fromMs: 50, toMs: 90 },
    { fromMs: 0, toMs: 60 },
    { fromMs: 10, toMs: 20 },
  ]
  expect(coveredMs(spans, 5, 200)).toBe(85)
  expect(coveredMs([], 0, 10)).toBe(0)
})

it('an interval that reaches much less far is passed over', () => {
  const whole = [{ fromMs: 0, toMs: 1000 }]
  const week = [{ fromMs: 900, toMs: 1000 }]
  expect(chooseInterval('1Y', { '1m': week, '1h': whole, '1d': whole }, 0, 1000)).toBe('1h')
  expect(chooseInterval('1Y', { '1m': whole, '1h': whole, '1d': whole }, 0, 1000)).toBe('1m')
  expect(chooseInterval('24h', { '1m': week, '1h': week, '1d': week }, 0, 1000)).toBe('1m')
  expect(chooseInterval('7d', { '1m': [], '1h': [], '1d': whole }, 0, 1000)).toBe('1d')
})
