import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsFromTexts, decimalsFrom, doublesFrom, fitColumns, gatherColumns } from './columns.ts'
import { plainDecimal } from './text.ts'

const decimal = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(18))
  .map(([value, scale]) => plainDecimal(`${value}e-${scale}`)!)
const table = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.nat(12))
  .chain(([width, rows]) =>
    fc.array(fc.array(decimal, { minLength: rows, maxLength: rows }), { minLength: width, maxLength: width }),
  )

test('texts come out again as they went in', () => {
  fc.assert(
    fc.property(table, (texts) => {
      expect(columnsFromTexts(texts).map(decimalsFrom)).toEqual(texts)
    }),
  )
})

test('the scale is the fewest decimals that hold all values', () => {
  expect(
    columnsFromTexts([
      ['1.5', '2'],
      ['0.25', '100'],
    ]),
  ).toEqual([
    { kind: 'integer', scale: 2, values: Float64Array.of(150, 200) },
    { kind: 'integer', scale: 2, values: Float64Array.of(25, 10_000) },
  ])
})

test('values from 2^52 stand as BigInt, beyond 63 bits or 40 decimals as text', () => {
  const kindOf = (text: string) => {
    const column = columnsFromTexts([[text]])[0]!
    return column.kind === 'text' ? 'text' : column.values.constructor.name
  }
  expect(kindOf(String(2n ** 52n - 1n))).toBe('Float64Array')
  expect(kindOf(String(2n ** 52n))).toBe('BigInt64Array')
  expect(kindOf(String(2n ** 63n - 1n))).toBe('BigInt64Array')
  expect(kindOf(String(2n ** 63n))).toBe('text')
  expect(kindOf(plainDecimal('1e-40')!)).toBe('Float64Array')
  expect(kindOf(plainDecimal('1e-41')!)).toBe('text')
})

test('doubles are the nearest to their decimals', () => {
  fc.assert(
    fc.property(fc.array(decimal), (texts) => {
      expect([...doublesFrom(columnsFromTexts([texts])[0]!)]).toEqual(texts.map(Number))
    }),
  )
})

test('a column with decimals to spare, or in BigInt without need, is brought to its one form', () => {
  const wide = { kind: 'integer', scale: 5, values: Float64Array.of(150_000, 0, 2_000) } as const
  const big = { kind: 'integer', scale: 5, values: BigInt64Array.of(150_000n, 0n, 2_000n) } as const
  const fitted = [{ kind: 'integer', scale: 2, values: Float64Array.of(150, 0, 2) }]
  expect(fitColumns([wide])).toEqual(fitted)
  expect(fitColumns([big])).toEqual(fitted)
  expect(fitColumns([{ kind: 'text', values: ['1.5', '0', '0.02'] }])).toEqual(fitted)
})

test('a negative or broken number is refused', () => {
  for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53])
    expect(() => fitColumns([{ kind: 'integer', scale: 0, values: Float64Array.of(value) }])).toThrow(
      RangeError,
    )
  expect(() => fitColumns([{ kind: 'integer', scale: 0, values: BigInt64Array.of(-1n) }])).toThrow(RangeError)
})

test('gathered values equal those of the texts gathered', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(decimal, { minLength: 1 }), { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      (sources, numbers) => {
        const next = () => numbers.next().value
        const picks = Uint32Array.from({ length: 20 }, () => next() % sources.length)
        const rows = picks.map((pick) => next() % sources[pick]!.length)
        const expected = Array.from(picks, (pick, index) => sources[pick]![rows[index]!]!)
        const gathered = gatherColumns(
          sources.map((texts) => columnsFromTexts([texts])),
          picks,
          rows,
        )
        expect(gathered).toEqual(columnsFromTexts([expected]))
      },
    ),
  )
})
