/** Counts of a rebuild, step by step put together. */
import type { RebuildCounts } from './types.ts'

type Sums = Omit<RebuildCounts, 'interval'>

export const NOTHING: Sums = {
  answers: 0,
  unreadable: 0,
  fromRaw: 0,
  changed: 0,
  added: 0,
  candles: 0,
  chunks: 0,
  renamed: 0,
}

/** Both together. */
export function addCounts(a: RebuildCounts, b: RebuildCounts): RebuildCounts {
  const names = Object.keys(NOTHING) as (keyof Sums)[]
  const sums = Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<
    keyof Sums,
    number
  >
  return { interval: a.interval, ...sums }
}
