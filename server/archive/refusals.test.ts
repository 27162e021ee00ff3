import { expect, test } from 'vitest'
import { checkRow } from '../../core/candle/check.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { readTold } from '../../core/wire/told.ts'
import { REFUSALS, toldOfRefusal } from './refusals.ts'

const DAY = Date.UTC(2024, 2, 1)
const GOOD: CandleRow = { startMs: DAY, open: '2', high: '3', low: '1', close: '2', volume: '1' }

test.each([
  [{ startMs: 0.5 }, 'start-no-time'],
  [{ startMs: DAY + 1 }, 'start-off-grid'],
  [{ startMs: DAY + 86_400_000 }, 'start-future'],
  [{ open: '-1' }, 'no-price'],
  [{ close: 'a "quoted" word' }, 'no-price'],
  [{ volume: '-1' }, 'no-volume'],
  [{ low: '2.5' }, 'out-of-order'],
  [{ high: '1.5' }, 'out-of-order'],
])('what a candle is refused for is told to devices: %j', (broken, code) => {
  const reason = checkRow({ ...GOOD, ...broken }, '1d', DAY + 3_600_000)
  expect(reason).not.toBeNull()
  const told = toldOfRefusal(reason!)
  expect(told).toMatchObject({ code })
  expect(readTold(JSON.parse(JSON.stringify(told)))).toEqual(told)
})

test('values come out as they are in the sentence', () => {
  expect(toldOfRefusal('low 5 lies above close 4.5')).toEqual({
    code: 'out-of-order',
    name: 'low',
    value: '5',
    other: 'close',
    than: '4.5',
  })
  for (const [code, words] of Object.entries(REFUSALS)) expect(toldOfRefusal(words)).toEqual({ code })
  expect(toldOfRefusal('ten times its neighbours')).toBeNull()
})
