import { expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS, type StoredInterval } from '../../core/time/interval.ts'
import { classify, type Pulse, type Stretch } from './absence.ts'
import type { AbsentPlace, Reason } from './place.ts'

const FROM = 1_700_000_040_000 - (1_700_000_040_000 % HOUR_MS)
const BUSY: Pulse = { markets: () => 3, traded: () => true }

/** `#` present, `.` confirmed absent, `?` absent and open, `b` beyond, ` ` unread. */
function stretch(text: string, interval: StoredInterval = '1m', firstMs = 0): Stretch {
  const place = (reason: Reason | null): AbsentPlace => ({ reason, readings: 2, lastReadMs: 0 })
  return {
    interval,
    fromMs: FROM,
    firstMs,
    present: [...text].map((letter) => letter === '#'),
    places: [...text].map(
      (letter) => ({ '.': place('empty'), '?': place(null), b: place('beyond') })[letter] ?? undefined,
    ),
  }
}

function classes(text: string, pulse: Pulse, interval: StoredInterval = '1m'): string {
  const changes = classify(stretch(text, interval), pulse)
  return [...text]
    .map((letter, i) => ({ outage: 'o', hole: 'h' })[changes.get(i) as string] ?? letter)
    .join('')
}

/** A source of which `markets` were read and none traded at the places marked. */
function quiet(markets: number, places: string, step = MINUTE_MS): Pulse {
  return { markets: () => markets, traded: (ms) => places[(ms - FROM) / step] !== 'q' }
}

test('an absence among candles is empty', () => {
  expect(classes('##.##...##', BUSY)).toBe('##.##...##')
})

test('a hole of six hours is empty, one of more is not', () => {
  expect(classes(`#${'.'.repeat(360)}#`, BUSY)).not.toContain('h')
  expect(classes(`#${'.'.repeat(361)}#`, BUSY)).toBe(`#${'h'.repeat(361)}#`)
})

test('open places make a hole longer, unread ones and those beyond the source do not', () => {
  expect(classes(`#${'.'.repeat(300)}${'?'.repeat(61)}#`, BUSY)).toContain('h')
  expect(classes(`#${'.'.repeat(300)}${' '.repeat(61)}#`, BUSY)).not.toContain('h')
  expect(classes(`#${'.'.repeat(300)}${'b'.repeat(61)}#`, BUSY)).not.toContain('h')
})

test('a day without a candle is a hole', () => {
  expect(classes('#.#', BUSY, '1d')).toBe('#h#')
})

test('six hours without a candle are empty, seven are a hole', () => {
  expect(classes('#......#', BUSY, '1h')).toBe('#......#')
  expect(classes('#.......#', BUSY, '1h')).toBe('#hhhhhhh#')
})

test('all markets silent for five minutes is an outage, for four it is not', () => {
  expect(classes('##.....##', quiet(3, '  qqqqq  '))).toBe('##ooooo##')
  expect(classes('##....##', quiet(3, '  qqqq  '))).toBe('##....##')
})

test('only the silence of all is an outage, not what this market missed besides', () => {
  expect(classes('#........#', quiet(3, '  qqqqq   '))).toBe('#.ooooo..#')
})

test('before the first candle of the series there is no outage', () => {
  const changes = classify(stretch('.....#.....#', '1m', FROM + 5 * MINUTE_MS), quiet(3, 'qqqqq qqqqq '))
  expect([...changes]).toEqual([6, 7, 8, 9, 10].map((place) => [place, 'outage']))
})

test('what lies between that which is beyond and the first candle is beyond as well', () => {
  const changes = (text: string, first: number) =>
    [...classify(stretch(text, '1m', FROM + first * MINUTE_MS), BUSY)].map(([i, reason]) => `${i} ${reason}`)
  expect(changes('bb..#', 4)).toEqual(['2 beyond', '3 beyond'])
  expect(changes(' ...#', 4)).toEqual([])
  expect(changes('bb..#', 0)).toEqual([])
})

test('with two markets nobody can tell an outage', () => {
  expect(classes('##.....##', quiet(2, '  qqqqq  '))).toBe('##.....##')
})

test('a silence that begins before the stretch counts from there', () => {
  const pulse: Pulse = {
    markets: () => 3,
    traded: (ms) => ms < FROM - 3 * MINUTE_MS || ms > FROM + MINUTE_MS,
  }
  expect(classes('..##', pulse)).toBe('oo##')
})

test('what was called an outage or a hole is empty again once it is filled', () => {
  const before = stretch('#.....#')
  const outage = {
    ...before,
    places: before.places.map((place) => place && { ...place, reason: 'outage' as const }),
  }
  expect([...classify(outage, BUSY).values()]).toEqual(Array.from({ length: 5 }, () => 'empty'))
})
