/**
 * What the variance of each estimator is made of: sums of terms and of squared deviations, one a bar. The same for series
 * that are computed at once and for those that grow bar by bar.
 */
import { closeToClose } from './close.ts'
import type { BarLogs, LinkLogs } from './logs.ts'
import { garmanKlass, garmanKlassYangZhang, parkinson, rogersSatchell } from './range.ts'
import type { TermsOfStretch } from './terms.ts'
import type { BarEstimator, Mean } from './types.ts'
import type { Factor } from './windows.ts'
import { yangZhang } from './yang-zhang.ts'

/** factor × Σ terms, or factor × Σ (value − mean of the window)², over the bars that could enter. */
export type Ingredient =
  | { readonly sumOf: TermsOfStretch; readonly factor: Factor }
  | { readonly deviationsOf: Float64Array; readonly factor: Factor }

/** Logarithms by place, and which places can enter. */
export interface Places {
  bars(): BarLogs
  links(): LinkLogs
  /** Not 0 where a bar can enter. */
  readonly enters: Uint8Array
}

/** Estimators whose window is a window. */
export type WindowedEstimator = Exclude<BarEstimator, 'ewma'>

/** What adds up to the variance per bar. */
export function ingredientsOf(
  places: Places,
  estimator: WindowedEstimator,
  mean: Mean,
): readonly Ingredient[] {
  switch (estimator) {
    case 'close':
      return [closeToClose(places, mean)]
    case 'parkinson':
      return [parkinson(places)]
    case 'garman-klass':
      return [garmanKlass(places)]
    case 'rogers-satchell':
      return [rogersSatchell(places)]
    case 'gk-yz':
      return [garmanKlassYangZhang(places)]
    case 'yang-zhang':
      return yangZhang(places)
  }
}
