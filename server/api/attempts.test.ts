import { expect, test } from 'vitest'
import { createAttempts } from './attempts.ts'

function attempts() {
  const clock = { nowMs: 1_000 }
  const made = createAttempts(() => clock.nowMs)
  const fail = (address: string, times = 10) => {
    for (let i = 0; i < times; i++) made.failed(address)
  }
  return { ...made, clock, fail }
}

test('ten wrong tokens in a minute close the door to that address until the minute is over', () => {
  const { waitMs, clock, fail } = attempts()
  fail('192.0.2.1', 9)
  expect(waitMs('192.0.2.1')).toBe(0)
  clock.nowMs += 20_000
  fail('192.0.2.1', 1)
  expect(waitMs('192.0.2.1')).toBe(40_000)
  expect(waitMs('192.0.2.2')).toBe(0)
  clock.nowMs += 40_000
  expect(waitMs('192.0.2.1')).toBe(0)
})

test('the right token forgets the wrong ones before it', () => {
  const { waitMs, succeeded, fail } = attempts()
  fail('192.0.2.1', 9)
  succeeded('192.0.2.1')
  fail('192.0.2.1', 9)
  expect(waitMs('192.0.2.1')).toBe(0)
})

test.each([
  ['2001:db8:0:7::1', '2001:db8:0:7:ffff:ffff:ffff:ffff', true],
  ['2001:db8:0:7::1', '2001:db8:0:8::1', false],
  ['::1', '::2', true],
  ['::ffff:192.0.2.1', '192.0.2.1', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
])('%s and %s are one guest: %s', (one, other, isSame) => {
  const { waitMs, fail } = attempts()
  fail(one)
  expect(waitMs(other) > 0).toBe(isSame)
})

test('however many addresses try, only the newest ten thousand are remembered', () => {
  const { waitMs, fail } = attempts()
  fail('10.0.0.0')
  for (let i = 1; i < 10_000; i++) fail(`10.1.${i >> 8}.${i & 255}`, 1)
  expect(waitMs('10.0.0.0')).toBeGreaterThan(0)
  fail('10.2.0.0', 1)
  expect(waitMs('10.0.0.0')).toBe(0)
})
