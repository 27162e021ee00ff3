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

// [zone, day, its first instant, what clocks show then, hours of the day]; of the tz database.
test.each([
  ['America/Havana', [2024, 2, 10], '2024-03-10T05:00Z', 1, 23],
  ['America/Havana', [2024, 10, 3], '2024-11-03T04:00Z', 0, 25],
  ['America/Santiago', [2024, 8, 8], '2024-09-08T04:00Z', 1, 23],
  ['America/Santiago', [2024, 3, 7], '2024-04-07T04:00Z', 0, 24],
  ['Atlantic/Azores', [2024, 2, 31], '2024-03-31T01:00Z', 1, 23],
  ['Atlantic/Azores', [2024, 9, 27], '2024-10-27T00:00Z', 0, 25],
  ['America/Sao_Paulo', [2018, 10, 4], '2018-11-04T03:00Z', 1, 23],
  ['America/Sao_Paulo', [2018, 1, 18], '2018-02-18T03:00Z', 0, 24],
  // Samoa left this day out.
  ['Pacific/Apia', [2011, 11, 30], '2011-12-30T10:00Z', 0, 0],
  ['Asia/Kolkata', [2024, 0, 1], '2023-12-31T18:30Z', 0, 24],
] as const)(
  '%s %j begins at %s, where clocks are set at midnight',
  (zone, [year, month, day], at, hour, hours) => {
    const first = zoneMidnight(year, month, day, zone)
    expect(new Date(first)).toEqual(new Date(at))
    expect(zoneParts(first, zone)).toMatchObject({ hour, minute: 0 })
    expect((zoneMidnight(year, month, day + 1, zone) - first) / HOUR_MS).toBe(hours)
  },
)

test('only zones that exist are taken', () => {
  expect(['local', 'utc', 'Europe/Berlin', 'America/Argentina/Ushuaia'].every(isZone)).toBe(true)
  expect([null, 'Berlin', 'Europe/Nowhere', '', 3].some(isZone)).toBe(false)
})
