import { expect, test } from 'vitest'
import { HOUR_MS } from './interval.ts'
import { isZone, zoneMidnight, zoneParts } from './zone.ts'

test('an instant has the calendar parts of its zone, also half an hour off and before 1970', () => {
  expect(zoneParts(Date.UTC(2024, 0, 1, 20, 45, 9), 'Asia/Kolkata')).toEqual({
    year: 2024,
    month: 0,
    day: 2,
    hour: 2,
    minute: 15,
    second: 9,
  })
  expect(zoneParts(Date.UTC(2024, 6, 1, 22), 'Europe/Berlin')).toMatchObject({ month: 6, day: 2, hour: 0 })
  expect(zoneParts(Date.UTC(1969, 11, 31, 23, 59, 59) + 500, 'utc')).toMatchObject({ day: 31, second: 59 })
})

test('a day begins at its own midnight on both sides of a change of the clocks', () => {
  const before = zoneMidnight(2024, 2, 31, 'Europe/Berlin')
  const after = zoneMidnight(2024, 3, 1, 'Europe/Berlin')
  expect([before, after]).toEqual([Date.UTC(2024, 2, 30, 23), Date.UTC(2024, 2, 31, 22)])
  expect(after - before).toBe(23 * HOUR_MS)
  expect(zoneMidnight(2024, 10, 3, 'America/New_York')).toBe(Date.UTC(2024, 10, 3, 4))
  expect(zoneMidnight(2024, 10, 4, 'America/New_York')).toBe(Date.UTC(2024, 10, 4, 5))
})

test('only zones that exist are taken', () => {
  expect(['local', 'utc', 'Europe/Berlin', 'America/Argentina/Ushuaia'].every(isZone)).toBe(true)
  expect([null, 'Berlin', 'Europe/Nowhere', '', 3].some(isZone)).toBe(false)
})
