import { expect, test } from 'vitest'
import { instantOf, spanText, when } from './when.ts'

const NOW = Date.UTC(2024, 2, 1, 14, 2, 31)

test('an instant is as short as its distance allows', () => {
  expect(when(NOW, NOW, 'utc', true)).toBe('14:02:31 UTC')
  expect(when(NOW - 3_600_000, NOW, 'utc')).toBe('13:02 UTC')
  expect(when(Date.UTC(2024, 1, 29, 23, 59), NOW, 'utc')).toBe('29 Feb 23:59 UTC')
  expect(when(Date.UTC(2021, 6, 13), NOW, 'utc')).toBe('13 Jul 2021')
})

test('a daily bar is named by its UTC day in every zone', () => {
  const day = Date.UTC(2024, 2, 1)
  expect(instantOf(day, 86_400_000, 'local')).toBe('1 Mar 2024')
  expect(instantOf(day, 86_400_000, 'utc')).toBe('1 Mar 2024')
  expect(instantOf(day, 3_600_000, 'utc')).toBe('1 Mar 2024 00:00 UTC')
})

test('a span tells times when it is short and the year once where it can', () => {
  const from = Date.UTC(2024, 1, 28, 6, 30)
  expect(spanText(from, from + 86_400_000, 'utc')).toBe('28 Feb 06:30 – 29 Feb 06:30 UTC')
  expect(spanText(from, Date.UTC(2024, 5, 1), 'utc')).toBe('28 Feb – 31 May 2024')
  expect(spanText(from, Date.UTC(2025, 5, 1), 'utc')).toBe('28 Feb 2024 – 31 May 2025')
})
