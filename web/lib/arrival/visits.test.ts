import { expect, test } from 'vitest'
import { looking, NO_VISITS, readVisits, returned } from './visits.ts'

const NOW = Date.UTC(2024, 2, 14, 10)
const HOUR = 3_600_000

test('the first look is a visit and no absence', () => {
  expect(returned(NO_VISITS, NOW)).toEqual({ lookedMs: NOW, count: 1, usedMs: 0, away: null })
})

test('a look after a short while is the same visit, after an hour another one, and neither is an absence', () => {
  const first = returned(NO_VISITS, NOW)
  expect(returned(first, NOW + 60_000)).toMatchObject({ count: 1, away: null })
  expect(returned(first, NOW + HOUR)).toMatchObject({ count: 2, away: null })
})

test('a look after eight hours ends an absence, counted from the last look and not from the first', () => {
  const left = looking(returned(NO_VISITS, NOW), NOW + HOUR, HOUR)
  expect(left).toMatchObject({ lookedMs: NOW + HOUR, usedMs: HOUR })
  expect(returned(left, NOW + 8 * HOUR)).toMatchObject({ away: null })
  expect(returned(left, NOW + 9 * HOUR).away).toEqual({ sinceMs: NOW + HOUR, backMs: NOW + 9 * HOUR })
})

test('an absence stays news over shorter ones, and for half a day', () => {
  const back = returned(returned(NO_VISITS, NOW), NOW + 9 * HOUR)
  const away = { sinceMs: NOW, backMs: NOW + 9 * HOUR }
  expect(returned(back, NOW + 11 * HOUR).away).toEqual(away)
  expect(looking(back, NOW + 20 * HOUR, 0).away).toEqual(away)
  expect(looking(back, NOW + 21 * HOUR, 0).away).toBeNull()
})

test('a clock that was put back makes no absence', () => {
  expect(returned(returned(NO_VISITS, NOW), NOW - 100 * HOUR).away).toBeNull()
})

test('what was kept is read back, and whatever else lies there is no visit', () => {
  const back = returned(returned(NO_VISITS, NOW), NOW + 9 * HOUR)
  expect(readVisits(JSON.stringify(back))).toEqual(back)
  expect(readVisits(null)).toEqual(NO_VISITS)
  for (const text of ['', 'null', '7', '{"lookedMs":"x","count":-1,"away":{"sinceMs":9,"backMs":2}}'])
    expect(readVisits(text)).toEqual(NO_VISITS)
})
