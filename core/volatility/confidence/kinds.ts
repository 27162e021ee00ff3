/** The bands round a σ that there are, and what one of them is. */

export const BANDS = ['bootstrap', 'spread', 'normal'] as const

/** `bootstrap`: the default; `normal`: if returns were normal; `spread`: from the lowest to the highest of the estimators. */
export type BandKind = (typeof BANDS)[number]

/** What bootstrap and χ² aim to cover; what they do cover was measured (`docs/volatility.md`). */
export const LEVEL = 0.95

/** In the unit of σ. */
export interface Band {
  readonly low: number
  readonly high: number
}

/** Why there is no band. */
export type NoBand =
  /** There is no σ. */
  | { readonly why: 'no sigma' }
  | { readonly why: 'few bars for a band'; readonly used: number; readonly fewest: number }
  /** Nearly all bars contribute nothing: what the rest do is no sample. */
  | { readonly why: 'few bars moved' }
  /** No second estimator can be computed from these bars. */
  | { readonly why: 'one estimator' }

export function isBand(band: Band | NoBand): band is Band {
  return 'low' in band
}
