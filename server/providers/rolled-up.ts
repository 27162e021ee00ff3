/**
 * Candles that a source lacks, made of its own shorter ones. What it leaves out in an answer counts as without trades, as it
 * does when such an answer is judged; a bar of which a part was refused is refused as a whole.
 */
import { Flag, State } from '../../core/candle/columns.ts'
import { rollUpRows } from '../../core/candle/rollup.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { floorTo, INTERVAL_MS, STORED_INTERVALS, type StoredInterval } from '../../core/time/interval.ts'
import type { RefusedRow } from '../archive/types.ts'
import type { Provider, SliceAnswer } from './types.ts'

/** At most so many places are asked for at once, in whole bars: half of one could be an answer that is empty by mistake. */
const PLACES = 300

/** The longest shorter interval that the source has; null where it has none. */
function partsOf(
  { intervals }: Pick<Provider, 'intervals'>,
  interval: StoredInterval,
): StoredInterval | null {
  const shorter = STORED_INTERVALS.filter(
    (one) => INTERVAL_MS[one] < INTERVAL_MS[interval] && intervals.includes(one),
  )
  return shorter.at(-1) ?? null
}

/** The same source with the intervals that can be made of what it has. */
export function withRolledUp(provider: Provider): Provider {
  const made = STORED_INTERVALS.filter(
    (interval) => !provider.intervals.includes(interval) && partsOf(provider, interval) !== null,
  )
  if (made.length === 0) return provider
  return {
    source: provider.source,
    foundedMs: provider.foundedMs,
    intervals: STORED_INTERVALS.filter((one) => provider.intervals.includes(one) || made.includes(one)),
    reach: provider.reach,
    pricesAtOnce: provider.pricesAtOnce,
    listMarkets: (wanted) => provider.listMarkets(wanted),
    names: () => provider.names(),
    prices: (markets) => provider.prices(markets),
    feed: (listener) => provider.feed(listener),
    health: () => provider.health(),
    close: () => provider.close(),
    async candles(market, interval, fromMs, toMs, priority) {
      if (!made.includes(interval)) return provider.candles(market, interval, fromMs, toMs, priority)
      const parts = partsOf(provider, interval)!
      const answers: SliceAnswer[] = []
      const page = Math.floor((PLACES * INTERVAL_MS[parts]) / INTERVAL_MS[interval]) * INTERVAL_MS[interval]
      // Nothing is there yet of what begins after the question before.
      for (let from = fromMs; from < Math.min(toMs, answers.at(-1)?.readAtMs ?? Infinity); from += page)
        answers.push(await provider.candles(market, parts, from, Math.min(toMs, from + page), priority))
      return rolledUp(answers, parts, interval, fromMs, toMs)
    },
  }
}

/** One answer of longer candles out of those of a span's shorter ones, which follow one another. */
function rolledUp(
  answers: readonly SliceAnswer[],
  parts: StoredInterval,
  interval: StoredInterval,
  fromMs: number,
  toMs: number,
): SliceAnswer {
  const step = INTERVAL_MS[parts]
  const readAtMs = Math.min(...answers.map((answer) => answer.readAtMs))
  const endMs = Math.min(toMs, floorTo(interval, readAtMs))
  const refused = new Map<number, RefusedRow>()
  for (const row of answers.flatMap((answer) => answer.refused)) {
    const startMs = row.startMs === null ? null : floorTo(interval, row.startMs)
    const reason = `made of candles of ${parts}, of which one was refused: ${row.reason}`
    refused.set(startMs ?? -1, { startMs, reason, raw: row.raw })
  }
  const rows = answers.flatMap((answer) => answer.rows).filter(({ startMs }) => startMs < endMs)
  const states = new Uint8Array(Math.max(0, (endMs - fromMs) / step)).fill(State.empty)
  for (const { startMs } of rows) states[(startMs - fromMs) / step] = State.present
  const reaches = answers.flatMap(({ reachMs }) => reachMs ?? [])
  return {
    rows: rollUpRows({ interval: parts, startMs: fromMs, states, rows }, interval)
      .rows.filter(({ startMs }) => !refused.has(startMs))
      .map((row): CandleRow => ({ ...row, flags: (row.flags ?? 0) | Flag.derived })),
    refused: [...refused.values()],
    isAstray: answers.some((answer) => answer.isAstray) || hasHole(answers),
    ...(reaches.length > 0 && { reachMs: Math.max(...reaches) }),
    readAtMs,
  }
}

/** Whether a part of the span is empty as a whole behind one that is not: sources give such answers by mistake. */
function hasHole(answers: readonly SliceAnswer[]): boolean {
  const first = answers.findIndex(({ rows }) => rows.length > 0)
  return first >= 0 && answers.slice(first).some(({ rows, refused }) => rows.length + refused.length === 0)
}
