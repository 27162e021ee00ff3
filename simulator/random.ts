/**
 * Seeded randomness: the same stream name always gives the same numbers, whatever was drawn before elsewhere.
 * Good enough for markets that look alive; not for secrets.
 */

/** Next 32 random bits as a whole number from 0 to 2³² − 1. */
export type Bits = () => number

/** Starts the stream of this name: `sfc32` (Doty-Humphrey 2010), seeded by four FNV-like hashes of the name. */
export function randomStream(name: string): Bits {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    a = Math.imul(a ^ code, 597399067)
    b = Math.imul(b ^ code, 2869860233)
    c = Math.imul(c ^ code, 951274213)
    d = Math.imul(d ^ code, 2716044179)
    a ^= b >>> 15
    b ^= c >>> 13
    c ^= d >>> 16
    d ^= a >>> 14
  }
  const next = (): number => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let i = 0; i < 12; i++) next()
  return next
}

/** A number from 0 up to, but not, 1. */
export function uniform(bits: Bits): number {
  return bits() / 4294967296
}

const TABLE_SIZE = 4096

/** Quantiles of the standard normal distribution at (i + ½) / 4096: small enough to stay in the cache, so a minute costs little. */
const NORMAL = Float64Array.from({ length: TABLE_SIZE }, (_, i) => normalQuantile((i + 0.5) / TABLE_SIZE))

/** Quantiles of the exponential distribution of mean 1. */
const EXPONENTIAL = Float64Array.from({ length: TABLE_SIZE }, (_, i) => -Math.log((i + 0.5) / TABLE_SIZE))

/** A standard normal number, from the low 12 of the given bits. */
export function normal(bits: number): number {
  return NORMAL[bits & 0xfff]!
}

/** An exponential number of mean 1, from the high 12 of the given bits. */
export function exponential(bits: number): number {
  return EXPONENTIAL[bits >>> 20]!
}

/** Sizes of mean 1 with a long tail: lognormal, σ 0.9. */
const SIZE = NORMAL.map((z) => Math.exp(0.9 * z - 0.405))

/** A lognormal size of mean 1, from the low 12 of the given bits. */
export function size(bits: number): number {
  return SIZE[bits & 0xfff]!
}

/** Acklam (2003), "An algorithm for computing the inverse normal cumulative distribution function", error below 1.2e-9. */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return (
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
        q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) *
        q +
        1)
    )
  }
  const q = p - 0.5
  const r = q * q
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  )
}
