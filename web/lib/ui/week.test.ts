import { expect, test } from 'vitest'
import { daysOfWeek, namesOfDays } from './week.ts'

test('a week begins as the locale does', () => {
  expect(daysOfWeek('en-GB')).toEqual([1, 2, 3, 4, 5, 6, 0])
  expect(daysOfWeek('en-US')[0]).toBe(0)
  expect(daysOfWeek('en-US').map((day) => namesOfDays('en', 'long')[day])[6]).toBe('Saturday')
})
