import { expect, test } from 'vitest'
import { reasonText } from './reasons.ts'

test('what is not available says what would make it so', () => {
  const short = { why: 'too short', known: 4, wanted: 5, window: 4, interval: '1d', shortest: 3 } as const
  expect(reasonText(short)).toBe(
    'a window of 4 needs 5 in a row, only 4 here: 1 day to go, or a window of at most 3',
  )
  expect(reasonText({ ...short, known: 2, shortest: null })).toMatch(/: 3 days to go$/)
  expect(reasonText({ why: 'no candles', interval: '1h' })).toBe('no candles of 1h here yet')
  expect(reasonText({ why: 'few samples', sparse: 4, bars: 5, fewest: 100 })).toMatch(
    /close-to-close is available/,
  )
  const missing = {
    why: 'bars missing',
    used: 1,
    window: 4,
    interval: '1d',
    needsClose: true,
    fewest: 2,
  } as const
  expect(reasonText(missing)).toMatch(/^only 1 of 4 bars have a close before/)
  expect(reasonText({ why: 'few hours', used: 215, fewest: 4 })).toMatch(/about 4 weeks$/)
})
