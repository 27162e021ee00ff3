import { beforeEach, expect, it, vi } from 'vitest'
import { State } from '../../../core/candle/columns.ts'
import { parseMarketId } from '../../../core/market.ts'
import type { PriceView } from '../../worker/api.ts'
import { readSnapshot, thinView, writeSnapshot } from './snapshot.ts'

const market = parseMarketId('coinbase:BTC-USD').id
const level = (factor: number, length: number) => {
  const column = () => Float64Array.from({ length }, (_, at) => (at % 5 === 0 ? NaN : at + 0.25))
  return { factor, open: column(), high: column(), low: column(), close: column() }
}
const price: PriceView = {
  market,
  interval: '1m',
  startMs: 0,
  length: 6000,
  levels: [level(1, 6000), level(4, 1500), level(16, 375)],
  absent: [{ fromMs: 0, toMs: 60_000, state: State.empty }],
  asOfMs: 360_000_000,
}

beforeEach(() => {
  const items = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  })
})

it('a view comes back as it was kept, holes and all', () => {
  const view = thinView({ range: '1Y', price, sigma: null })
  const connection = { lastSuccessMs: 5, simulated: true, sampleSeconds: 60 }
  writeSnapshot({ markets: [], connection, view })
  expect(readSnapshot()).toEqual({ markets: [], connection, view })
})

it('the finest level that is short enough is kept', () => {
  expect(thinView({ range: '1Y', price, sigma: null }).price.levels.map(({ factor }) => factor)).toEqual([4])
})

it('what another version wrote is no picture', () => {
  localStorage.setItem('crypto-tracker:snapshot:1', '{"markets":')
  expect(readSnapshot()).toBeNull()
})

it('denied storage is no picture, and no error', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('denied', 'SecurityError')
    },
  })
  expect(readSnapshot()).toBeNull()
})
