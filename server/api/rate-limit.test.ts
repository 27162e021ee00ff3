import { expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

function limit() {
  const clock = { nowMs: 1_000 }
  const made = createRateLimit(10, () => clock.nowMs)
  const count = (address: string, times = 10) => {
    for (let i = 0; i < times; i++) made.count(address)
  }
  return { ...made, clock, count }
}

test('so many times in a minute close the door to that address until the minute is over', () => {
  const { waitMs, clock, count } = limit()
  count('192.0.2.1', 9)
  expect(waitMs('192.0.2.1')).toBe(0)
  clock.nowMs += 20_000
  count('192.0.2.1', 1)
  expect(waitMs('192.0.2.1')).toBe(40_000)
  expect(waitMs('192.0.2.2')).toBe(0)
  clock.nowMs += 40_000
  expect(waitMs('192.0.2.1')).toBe(0)
})

test('who is forgotten begins anew', () => {
  const { waitMs, forget, count } = limit()
  count('192.0.2.1', 9)
  forget('192.0.2.1')
  count('192.0.2.1', 9)
  expect(waitMs('192.0.2.1')).toBe(0)
})

test.each([
  ['2001:db8:0:7::1', '2001:db8:0:7:ffff:ffff:ffff:ffff', true],
  ['2001:db8:0:7::1', '2001:db8:0:8::1', false],
  ['::1', '::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
])('%s and %s are one guest: %s', (one, other, isSame) => {
  const { waitMs, count } = limit()
  count(one)
  expect(waitMs(other) > 0).toBe(isSame)
})

test('however many addresses try, only the newest ten thousand are remembered', () => {
  const { waitMs, count } = limit()
  count('10.0.0.0')
  for (let i = 1; i < 10_000; i++) count(`10.1.${i >> 8}.${i & 255}`, 1)
  expect(waitMs('10.0.0.0')).toBeGreaterThan(0)
  count('10.2.0.0', 1)
  expect(waitMs('10.0.0.0')).toBe(0)
})
