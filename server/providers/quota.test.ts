import { expect, test } from 'vitest'
import { MinuteCount, sparedUntilMs, toldQuota } from './quota.ts'

const NOW = Date.UTC(2024, 2, 1, 12, 0, 20)

test('what a source tells of its limit is read: the weight of Binance, limit and rest of others', () => {
  expect(toldQuota(new Headers({ 'x-mbx-used-weight-1m': '4802' }), NOW)).toEqual({
    used: 4802,
    limit: 6000,
    resetsAtMs: NOW + 40_000,
  })
  const rest = { 'X-RateLimit-Limit': '30', 'X-RateLimit-Remaining': '4', 'RateLimit-Reset': '12' }
  expect(toldQuota(new Headers(rest), NOW)).toEqual({ used: 26, limit: 30, resetsAtMs: NOW + 12_000 })
})

test.each([
  {},
  { 'x-ratelimit-limit': '30' },
  { 'x-ratelimit-limit': 'many', 'x-ratelimit-remaining': '4' },
  { 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '4' },
])('headers that tell nothing, or nonsense, are no word of it: %o', (headers: Record<string, string>) => {
  expect(toldQuota(new Headers(headers), NOW)).toBeNull()
})

test('what is next to used up is spared until the count begins anew', () => {
  const told = (used: number) => ({ used, limit: 6000, resetsAtMs: NOW + 40_000 })
  expect(sparedUntilMs(told(5000))).toBeNull()
  expect(sparedUntilMs(told(5900))).toBe(NOW + 40_000)
})

test('requests count for a minute', () => {
  const count = new MinuteCount()
  count.add(500)
  count.add(30_000)
  count.add(30_900)
  expect(count.total(59_000)).toBe(3)
  expect(count.total(61_000)).toBe(2)
  expect(count.total(500_000)).toBe(0)
})
