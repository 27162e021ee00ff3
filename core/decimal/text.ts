/**
 * Decimal text in its shortest plain form: no exponent, no leading or trailing zeros, no `-0`.
 * Numbers are compared and normalised as text, never through doubles.
 */

/** Longest plain decimal that is taken: the longest double has 325 places before or after the point. */
const MAX_DECIMAL_LENGTH = 400

const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Whether the text is a shortest plain decimal. */
export function isPlainDecimal(text: string): boolean {
  return text.length <= MAX_DECIMAL_LENGTH && PLAIN.test(text) && text !== '-0'
}

/**
 * The shortest plain decimal of a number as JSON or CSV writes it (`1e-7`, `+5`, `.50`, `73271.63000000`).
 *
 * @returns null when the text is no number, or one of more than `MAX_DECIMAL_LENGTH` characters
 */
export function plainDecimal(text: string): string | null {
  if (isPlainDecimal(text)) return text
  if (text.length > 2 * MAX_DECIMAL_LENGTH) return null
  const match = NUMBER.exec(text)
  if (!match) return null
  const whole = match[2] ?? ''
  const all = whole + (match[3] ?? '')
  if (all === '') return null
  const digits = all.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  // Where the point stands, counted from the first significant digit.
  const point = whole.length - (all.length - digits.length) + Number(match[4] ?? 0)
  const sign = match[1] === '-' ? '-' : ''
  const length = sign.length + Math.max(point, significant.length, significant.length - point) + 2
  if (length > MAX_DECIMAL_LENGTH) return null
  return sign + placePoint(significant, point)
}

/** Digits without outer zeros, the point after `point` of them. */
function placePoint(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length)
  return `${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Compares two shortest plain decimals by value. */
export function compareDecimals(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0
  const negative = a.startsWith('-')
  if (negative !== b.startsWith('-')) return negative ? -1 : 1
  return negative ? compareMagnitudes(b.slice(1), a.slice(1)) : compareMagnitudes(a, b)
}

function compareMagnitudes(a: string, b: string): -1 | 0 | 1 {
  const wholeA = wholeLength(a)
  const wholeB = wholeLength(b)
  if (wholeA !== wholeB) return wholeA < wholeB ? -1 : 1
  // Whole parts of one length: characters decide, and a text that goes on after the other has the larger fraction.
  if (a === b) return 0
  return a < b ? -1 : 1
}

function wholeLength(text: string): number {
  const point = text.indexOf('.')
  return point < 0 ? text.length : point
}
