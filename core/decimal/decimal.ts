/**
 * Exact decimals: columns of integers with a power of ten, and decimal text in its shortest plain form.
 * Nothing here rounds.
 */

/** Whole numbers in units of 10^−scale. Float64Array while every value is a safe integer, BigInt64Array up to 63 bits. */
export interface IntegerColumn {
  readonly kind: 'integer'
  readonly scale: number
  readonly values: Float64Array | BigInt64Array
}

/** Decimals that 63 bits cannot hold at a common scale. */
interface TextColumn {
  readonly kind: 'text'
  readonly values: readonly string[]
}

export type DecimalColumn = IntegerColumn | TextColumn
