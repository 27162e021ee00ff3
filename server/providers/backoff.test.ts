import { describe, expect, it } from 'vitest'
import { backoffMs, retryAfterMs } from './backoff.ts'

describe('back-off', () => {
  it('doubles up to its longest, half of it by chance', () => {
    const waits = [1, 2, 3, 10, 1000].map((n) => backoffMs(n, 1000, 60_000, () => 1))
    expect(waits).toEqual([1000, 2000, 4000, 60_000, 60_000])
    expect(backoffMs(3, 1000, 60_000, () => 0)).toBe(2000)
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2024-03-01T00:00:00Z')

  it.each([
    ['53', 53_000],
    [' 0 ', 0],
    ['Fri, 01 Mar 2024 00:02:00 GMT', 120_000],
    ['Thu, 29 Feb 2024 00:02:00 GMT', 0],
    ['999999999', 86_400_000],
  ])('%s is understood', (header, wait) => expect(retryAfterMs(header, now)).toBe(wait))

  it.each([null, '', 'soon', '-5', '2024'.repeat(9)])('%s says nothing', (header) =>
    expect(retryAfterMs(header, now)).toBeNull(),
  )
})
