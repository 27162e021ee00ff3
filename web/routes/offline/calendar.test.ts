import { expect, it, test } from 'vitest'
import type { MarketId } from '../../../core/market.ts'
import { DAY_MS } from '../../../core/time/interval.ts'
import { daysOfWeek } from '../../lib/ui/week.ts'
import type { Coverage } from '../../worker/api.ts'
import { awayIn, dayFacts, daysOf, gridStep, sumOf, weekdayOf, yearsOf } from './calendar.ts'
import { reasonsOf } from './reasons.ts'

const START = Date.UTC(2024, 1, 26)
const NOW = START + 6 * DAY_MS + 12 * 3_600_000

/** Hours of a week: whole, partly, an outage, before the listing, at the server only, unknown, today. */
function week(): Coverage {
  const column = (...values: number[]) => Uint16Array.from(values)
  return {
    market: 'coinbase:BTC-USD' as MarketId,
    interval: '1h',
    startMs: START,
    here: column(24, 24, 24, 24, 0, 0, 12),
    present: column(20, 20, 0, 0, 0, 0, 12),
    empty: column(4, 0, 0, 0, 0, 0, 0),
    missing: {
      unknown: column(0, 1, 0, 0, 0, 0, 0),
      outage: column(0, 3, 24, 0, 0, 0, 0),
      refused: column(0, 0, 0, 0, 0, 0, 0),
      beyond: column(0, 0, 0, 24, 0, 0, 0),
    },
    periods: [
      {
        period: '2024-02',
        fromMs: START,
        toMs: START + 4 * DAY_MS,
        rows: 1,
        expected: 1,
        bytes: 9,
        isHere: true,
      },
      {
        period: '2024-03',
        fromMs: START + 4 * DAY_MS,
        toMs: START + 5 * DAY_MS,
        rows: 1,
        expected: 1,
        bytes: 7,
        isHere: false,
      },
    ],
  }
}
const all = () => Array.from({ length: 7 }, (_, day) => dayFacts(week(), START + day * DAY_MS, NOW))

it('names each day by what is here of it', () => {
  expect(all().map((day) => day.kind)).toEqual([
    'whole',
    'partly',
    'missing',
    'before',
    'away',
    'none',
    'whole',
  ])
  expect(all().at(-1)!.expected).toBe(12)
})

it('counts what is missing without what lies before the listing', () => {
  expect(sumOf(all())).toMatchObject({
    absent: 28,
    daysHere: 5,
    daysAway: 1,
    missing: { outage: 27, unknown: 1 },
  })
  expect(awayIn(week(), START, NOW).map(({ period }) => period)).toEqual(['2024-03'])
  expect(daysOf(week(), Date.UTC(2024, 2, 1), NOW)).toHaveLength(3)
  expect(yearsOf(week(), NOW)).toEqual([2024, 2024])
})

it('gives the reasons of the server where it was asked, else those that the bytes know', () => {
  expect(reasonsOf(all(), '1h', null).map(({ places, isHole }) => [places, isHole])).toEqual([
    [27, true],
    [1, true],
  ])
  const gaps = [
    { fromMs: START - DAY_MS, toMs: START + 3_600_000, class: 'not-listed' },
    { fromMs: START + 2 * DAY_MS, toMs: START + 3 * DAY_MS, class: 'rate-limited' },
  ] as const
  const waits = { places: 24, words: 'waits for the limit of the source', isHole: true }
  expect(reasonsOf(all(), '1h', { gaps, more: false })).toEqual([
    waits,
    { places: 1, words: 'before the listing', isHole: false },
  ])
})

it('gives reasons of its own for the days before the first gap of which the server still tells', () => {
  const waits = { fromMs: START + 2 * DAY_MS, toMs: START + 3 * DAY_MS, class: 'rate-limited' } as const
  const told = { gaps: [waits], more: true }
  expect(reasonsOf(all(), '1h', told).map(({ places, words }) => [places, words])).toEqual([
    [24, 'waits for the limit of the source'],
    [3, 'outage of the source'],
    [1, 'not confirmed by the source, or not yet fetched by the server'],
  ])
  expect(reasonsOf(all().slice(0, 2), '1h', { ...told, more: false })).toEqual([])
})

test.each([
  ['ArrowRight', 3, 4],
  ['ArrowRight', 11, 11],
  ['ArrowDown', 3, 7],
  ['ArrowUp', 3, 3],
  ['Home', 6, 4],
  ['End', 9, 11],
  ['x', 3, null],
] as const)('%s in a grid of four columns leads from %i to %s', (key, from, to) => {
  expect(gridStep(key, from, 12, 4)).toBe(to)
})

test('weeks begin where the reader’s begin', () => {
  const thursday = Date.UTC(2024, 1, 29)
  expect([weekdayOf(thursday, daysOfWeek('de-DE')), weekdayOf(thursday, daysOfWeek('en-US'))]).toEqual([3, 4])
})
