/**
 * Exact sums of decimals, as whole numbers at the finest scale among them.
 */
import { plainDecimal } from './text.ts'

/**
 * The sum of shortest plain decimals, in the same form; 0 for none.
 *
 * @throws RangeError when a text is no plain decimal, or the sum is too long to be written
 */
export function sumDecimals(texts: readonly string[]): string {
  let scale = 0
  for (const text of texts) scale = Math.max(scale, decimals(text))
  let sum = 0n
  for (const text of texts) sum += wholeAt(text, scale)
  const plain = plainDecimal(`${sum}e-${scale}`)
  if (plain === null) throw new RangeError(`the sum of ${texts.length} decimals is too long to be written`)
  return plain
}

function decimals(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? 0 : text.length - point - 1
}

function wholeAt(text: string, scale: number): bigint {
  const digits = text.replace('.', '')
  if (!/^-?\d+$/.test(digits)) throw new RangeError(`"${text.slice(0, 40)}" is no plain decimal`)
  return BigInt(digits) * 10n ** BigInt(scale - decimals(text))
}
