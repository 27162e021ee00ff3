import { beforeEach, expect, it, vi } from 'vitest'
import { State } from '../../../core/candle/columns.ts'
import { parseMarketId } from '../../../core/market.ts'
import type { PriceView, SigmaView } from '../../worker/api.ts'
import { readSnapshot, thinView, writeSnapshot } from './snapshot.ts'

const market = parseMarketId('coinbase:BTC-USD').id
const level = (factor: number, length: number) => {
  const column = () => Float64Array.from({ length }, (_, at) => (at % 5 === 0 ? NaN : at + 0.25))
  return { factor, open: column(), high: column(), low: column(), close: column() }
}
const price: PriceView = {
  market,
  interval: '1m',
  home: { fromMs: 0, toMs: 360_000_000 },
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

it('only what the range shows is kept, and of σ likewise', () => {
  const home = { fromMs: 300_000_000, toMs: 360_000_000 }
  const column = (length: number) => Float64Array.from({ length }, (_, at) => at)
  const places = { bars: new Uint32Array(100), flat: new Uint32Array(100) }
  const sigma = { market, interval: '1h', startMs: 0, sigma: column(100), ...places } as unknown as SigmaView
  const kept = thinView({ range: '24h', price: { ...price, home }, sigma })
  expect(kept.price).toMatchObject({ startMs: home.fromMs, length: 1000, absent: [] })
  const [finest] = kept.price.levels
  expect(finest).toMatchObject({ factor: 1, close: price.levels[0]!.close.slice(5000) })
  // 300,000 s are 83 hours and a third: the place before the one that holds them begins at 82.
  expect(kept.sigma).toMatchObject({ startMs: 82 * 3_600_000, sigma: column(100).slice(82) })
})

it('what another version wrote is no picture', () => {
  localStorage.setItem('crypto-tracker:snapshot:4', '{"markets":')
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
