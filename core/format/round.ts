/**
 * Rounding of decimal text, so that no digit passes through a double on its way to the screen.
 */

/**
 * A plain decimal, at least 0, rounded half up to a number of decimals, padded with zeros.
 *
 * @param plain  shortest plain decimal, no sign
 * @param places decimals wanted, at least 0
 */
export function roundDecimal(plain: string, places: number): string {
  const [integer = '0', fraction = ''] = plain.split('.')
  const kept = integer + fraction.slice(0, places).padEnd(places, '0')
  const up = fraction.charCodeAt(places) >= 53
  const digits = String(BigInt(kept) + (up ? 1n : 0n)).padStart(places + 1, '0')
  const point = digits.length - places
  return places === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Decimals of a plain decimal. */
export function decimalPlaces(plain: string): number {
  const point = plain.indexOf('.')
  return point < 0 ? 0 : plain.length - point - 1
}

/** Zeros between the point and the first other digit; 0 for values of at least 0.1 and for 0. */
export function leadingZeros(plain: string): number {
  return /^0\.(0*)[1-9]/.exec(plain)?.[1]?.length ?? 0
}
