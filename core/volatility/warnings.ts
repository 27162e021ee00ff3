/** What a σ that is there should be read with care for. */
import { isMissing, State, type CandleColumns } from '../candle/columns.ts'
import { readsRange } from './sampled.ts'
import type { VolatilitySeries, Warning } from './types.ts'

/** Shares of a window's bars from which on they are worth a warning. */
const MANY_STILL = 0.1
const MANY_EMPTY = 0.1
const MANY_MISSING = 0.05

/** With fewer windows than this that share no bar, where σ stands in its history says little. */
const FEW_WINDOWS = 3

/** Warnings of the σ at a place, none where nothing is unusual. Days of the realised family are judged by their returns. */
export function warningsAt(series: VolatilitySeries, columns: CandleColumns, place: number): Warning[] {
  const { request, firstPlace } = series
  const { window, estimator } = request
  const warnings: Warning[] = []
  if (!series.days) {
    const from = place - window + 1
    const { bars, still, sampled, empty, missing } = counted(columns, Math.max(0, from), place)
    if (readsRange(estimator) && bars > 0 && still / bars >= MANY_STILL)
      warnings.push({ what: 'thin market', still, bars })
    if (sampled > 0) warnings.push({ what: 'sampled source', sampled, bars })
    if (missing / window >= MANY_MISSING) warnings.push({ what: 'missing places', missing, places: window })
    if (empty / window >= MANY_EMPTY) warnings.push({ what: 'empty places', empty, places: window })
  } else {
    const missing = window - (series.bars[place] ?? 0)
    if (missing / window >= MANY_MISSING) warnings.push({ what: 'missing places', missing, places: window })
  }
  const history = place - firstPlace + window
  if (history < FEW_WINDOWS * window) warnings.push({ what: 'short history', history, window })
  return warnings
}

/** `still`: bars whose high is their low, among those that are there. */
function counted(
  { states, high, low, samples }: CandleColumns,
  from: number,
  to: number,
): { bars: number; still: number; sampled: number; empty: number; missing: number } {
  let [bars, still, sampled, empty, missing] = [0, 0, 0, 0, 0]
  for (let place = from; place <= to; place++) {
    const state = states[place]!
    if (isMissing(state)) missing++
    else if (state === State.empty) empty++
    else {
      bars++
      if (high[place] === low[place]) still++
      if (samples !== null && samples[place]! > 0) sampled++
    }
  }
  return { bars, still, sampled, empty, missing }
}

/** In English, for the command line and the API. */
export function warningText(warning: Warning): string {
  switch (warning.what) {
    case 'thin market':
      return `thin market: high is low in ${warning.still} of ${warning.bars} bars, of which range estimators read low`
    case 'sampled source':
      return `sampled source: ${warning.sampled} of ${warning.bars} bars are made of samples of a price`
    case 'short history':
      return `short history: ${warning.history} bars are known, a window takes ${warning.window}`
    case 'missing places':
      return `${warning.missing} of ${warning.places} places are missing`
    case 'empty places':
      return `${warning.empty} of ${warning.places} places are without trades and count as flat bars`
  }
}
