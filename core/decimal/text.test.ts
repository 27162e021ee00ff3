import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareDecimals, isPlainDecimal, plainDecimal } from './text.ts'

describe('plainDecimal', () => {
  test.each([
    ['73271.63000000', '73271.63'],
    ['1e-7', '0.0000001'],
    ['1.50E+3', '1500'],
    ['12345e-2', '123.45'],
    ['100e-2', '1'],
    ['0.000e5', '0'],
    ['-0', '0'],
    ['-0.10', '-0.1'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['007', '7'],
    ['0e999999999999', '0'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
    ['5e-324', `0.${'0'.repeat(323)}5`],
  ])('%s is %s', (text, plain) => {
    expect(plainDecimal(text)).toBe(plain)
  })

  test.each(['', ' ', '.', '-', 'e5', '1e', '1.2.3', 'NaN', 'Infinity', '0x10', '1,5', ' 1', '1 ', '١'])(
    '"%s" is no number',
    (text) => {
      expect(plainDecimal(text)).toBeNull()
    },
  )

  test('a number that would fill the memory is refused', () => {
    expect(plainDecimal('1e400000000')).toBeNull()
    expect(plainDecimal('1e-400000000')).toBeNull()
    expect(plainDecimal('9'.repeat(1_000_000))).toBeNull()
  })

  test('every double keeps its value, and its text is shortest', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const plain = plainDecimal(String(value))!
        expect(Number(plain)).toBe(value === 0 ? 0 : value)
        expect(isPlainDecimal(plain)).toBe(true)
        expect(plainDecimal(plain)).toBe(plain)
      }),
    )
  })
})

describe('compareDecimals', () => {
  test('agrees with whole numbers at a common scale', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.nat(20))
    fc.assert(
      fc.property(decimal, decimal, ([a, scaleA], [b, scaleB]) => {
        const left = a * 10n ** BigInt(scaleB)
        const right = b * 10n ** BigInt(scaleA)
        const order = left < right ? -1 : left > right ? 1 : 0
        expect(compareDecimals(plainDecimal(`${a}e-${scaleA}`)!, plainDecimal(`${b}e-${scaleB}`)!)).toBe(
          order,
        )
      }),
    )
  })

  test.each([
    ['9', '10', -1],
    ['0.1', '0.09', 1],
    ['1', '1.5', -1],
    ['-2', '-10', 1],
    ['-1', '1', -1],
  ] as const)('%s to %s is %i', (a, b, order) => {
    expect(compareDecimals(a, b)).toBe(order)
  })
})
