import { expect, test } from 'vitest'
import { readTold } from './told.ts'

test('what the server tells comes out with the values that belong to its code, and no others', () => {
  const told = { code: 'not-listed', source: 'kraken', market: 'kraken:XYZ-EUR', near: ['kraken:XTZ-EUR'] }
  expect(readTold({ ...told, more: 1 })).toEqual(told)
  expect(readTold({ code: 'link-used' })).toEqual({ code: 'link-used' })
})

test.each([
  null,
  'link-used',
  {},
  { code: 'of a later version' },
  { code: 'toString' },
  { code: 'too-many-tokens' },
  { code: 'too-many-tokens', seconds: '3' },
  { code: 'not-listed', source: 'kraken', market: 'm', near: [1] },
  { code: 'no-longer-listed', source: 'x'.repeat(501) },
])('what it does not know is nothing that a device can say: %j', (json) => {
  expect(readTold(json)).toBeNull()
})
