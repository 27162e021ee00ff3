import { expect, test } from 'vitest'
import type { MarketId } from '../../../core/market.ts'
import type { SeriesEvent } from '../../worker/api.ts'
import { eventsIn } from './events.ts'

const EVENTS: readonly SeriesEvent[] = [
  { kind: 'revised', fromMs: 10, toMs: 20 },
  { kind: 'revised', fromMs: 20, toMs: 30 },
  { kind: 'renamed', fromMs: 40, toMs: 40, market: 'coinbase:OLD-USD' as MarketId },
]

test('a bar tells what happened within it, each thing once', () => {
  expect(eventsIn(EVENTS, { fromMs: 0, toMs: 100 })).toBe(
    'revised by the source, renamed: before this, coinbase:OLD-USD',
  )
  expect(eventsIn(EVENTS, { fromMs: 10, toMs: 30 })).toBe('revised by the source')
  expect(eventsIn(EVENTS, { fromMs: 40, toMs: 50 })).toMatch(/^renamed/)
  expect(eventsIn(EVENTS, { fromMs: 30, toMs: 40 })).toBe('')
  expect(eventsIn([], { fromMs: 0, toMs: 100 })).toBe('')
})
