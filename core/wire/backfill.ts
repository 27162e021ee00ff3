/** Reads how far the history of a series is, wherever a server tells it. */
import { STORED_INTERVALS } from '../time/interval.ts'
import type { BackfillProgress } from './api.ts'
import { countOf, fieldsOf, marketOf, wordOf } from './fields.ts'

/** @throws WireError when a field breaks the rules; the path names it */
export function progressOf(json: unknown, path: string): BackfillProgress {
  const { market, interval, wanted, done } = fieldsOf(json, path)
  return {
    market: marketOf(market, `${path}.market`),
    interval: wordOf(interval, `${path}.interval`, STORED_INTERVALS),
    wanted: countOf(wanted, `${path}.wanted`, Number.MAX_SAFE_INTEGER),
    done: countOf(done, `${path}.done`, Number.MAX_SAFE_INTEGER),
  }
}
