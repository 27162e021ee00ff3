import { expect, it } from 'vitest'
import type { MarketId } from '../market.ts'
import { missingColumns, State } from './columns.ts'
import { buildLevels, sumLevels } from './levels.ts'

const columns = missingColumns('coinbase:BTC-USD' as MarketId, '1m', 0, 3000, true)
const volume = columns.volume!
for (let place = 0; place < columns.length; place++) {
  // A stretch that is missing, and one in which nothing was traded.
  if (place >= 100 && place < 200) continue
  columns.states[place] = place >= 300 && place < 302 ? State.empty : State.present
  if (columns.states[place] === State.empty) continue
  for (const name of ['open', 'high', 'low', 'close'] as const) columns[name][place] = 100
  volume[place] = place === 401 ? NaN : 2
}
const levels = buildLevels(columns)
const sums = sumLevels(volume, levels)

it('sums what is present, by the columns of each level', () => {
  expect(sums).toHaveLength(levels.length)
  expect(sums[0]![0]).toBe(2)
  expect(sums[1]![0]).toBe(8)
  expect(sums[2]![0]).toBe(32)
})

it('takes a place without trades for none, and a column without a present place for unknown', () => {
  expect(sums[1]![75]).toBe(4)
  expect(sums[1]![30]).toBeNaN()
})

it('of which one is unknown is unknown', () => {
  expect(sums[1]![100]).toBeNaN()
  expect(sums[1]![101]).toBe(8)
})
