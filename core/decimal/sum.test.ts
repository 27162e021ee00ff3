/** Sums of decimals are exact. */
import { describe, expect, it } from 'vitest'
import { sumDecimals } from './sum.ts'

describe('the sum of decimals', () => {
  it.each([
    [[], '0'],
    [['0.1', '0.2'], '0.3'],
    [['0.00000001', '123456789012345678901234567890'], '123456789012345678901234567890.00000001'],
    [['1.5', '-0.5'], '1'],
    [['0', '0'], '0'],
  ])('of %o is %s', (texts, sum) => {
    expect(sumDecimals(texts)).toBe(sum)
  })

  it.each(['1e3', 'abc', '', '1.2.3'])('refuses "%s"', (text) => {
    expect(() => sumDecimals([text])).toThrow('is no plain decimal')
  })
})
