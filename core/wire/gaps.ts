/** Reads the answer of `/api/v1/markets/{id}/gaps`. */
import { GAP_CLASSES, type GapClass } from './owner.ts'
import { fieldsOf, flagOf, instantOf, listOf, wordOf, wrong } from './fields.ts'

/** A stretch of missing places of one class, `fromMs` ≤ start < `toMs`. */
export interface SeriesGap {
  readonly fromMs: number
  readonly toMs: number
  readonly class: GapClass
}

export interface SeriesGaps {
  /** In the order of time. */
  readonly gaps: readonly SeriesGap[]
  /** There are older ones, of which the server does not tell. */
  readonly more: boolean
}

/** @throws WireError when a field breaks the rules; the path names it */
export function readSeriesGaps(json: unknown): SeriesGaps {
  const answer = fieldsOf(json, 'answer')
  const gaps = listOf(answer.gaps, 'gaps').map((entry, index) => {
    const path = `gaps[${index}]`
    const gap = fieldsOf(entry, path)
    const fromMs = Date.parse(instantOf(gap.from, `${path}.from`))
    const toMs = Date.parse(instantOf(gap.to, `${path}.to`))
    if (toMs <= fromMs) throw wrong(`${path}.to`, 'an instant after from', gap.to)
    return { fromMs, toMs, class: wordOf(gap.class, `${path}.class`, GAP_CLASSES) }
  })
  return { gaps, more: flagOf(answer.more, 'more') }
}
