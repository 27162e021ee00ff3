import { describe, expect, it } from 'vitest'
import { randomFrom } from '../../core/chunk/testing/random.ts'
import { parseMarketId } from '../../core/market.ts'
import {
  HOUR_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  floorTo,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { defaultSettling } from '../settling.ts'
import { Agenda } from './agenda.ts'
import { next, type Action, type Followed, type State } from './next.ts'
import { Series } from './series.ts'
import { sliceMs, sliceStart } from './slice.ts'

const NOW = Date.parse('2024-03-14T11:12:20Z')
const FOUNDED = Date.parse('2024-01-01T00:00:00Z')

type Changing = { -readonly [K in keyof Followed]: Followed[K] }

function follow(i: number): Changing {
  const source = i % 3 === 0 ? 'kraken' : 'coinbase'
  const { id: market } = parseMarketId(`${source}:M${i}-USD`)
  const make = (interval: StoredInterval, longer: Series | null) =>
    new Series({ market, interval, longer, settlingMs: defaultSettling[interval], foundedMs: FOUNDED })
  const days = make('1d', null)
  const hours = make('1h', days)
  const series = [make('1m', hours), hours, days]
  return { market, source, live: i % 5 !== 4, series, minutesFromMs: null, nextSampleMs: 0, heldUntilMs: 0 }
}

function stateOf(agenda: Agenda, paceMs: number): State {
  return {
    agenda,
    minuteDays: 3,
    foundedMs: { coinbase: FOUNDED, kraken: FOUNDED },
    reach: { kraken: { bars: 720 } },
    paceMs: { coinbase: paceMs },
    nextListMs: { coinbase: Infinity, kraken: Infinity },
    nextSealMs: Infinity,
    nextRetainMs: Infinity,
  }
}

const LIMITS = {
  sources: {
    coinbase: { free: 1, pausedUntilMs: null },
    kraken: { free: 1, pausedUntilMs: null },
  },
  canMark: true,
  canSeal: true,
}

/** What is decided by, without the objects. A wait may end earlier than it must: then it is simply decided again. */
function told(action: Action): unknown {
  if (action.kind === 'wait') return 'wait'
  if (action.kind === 'price') return ['price', action.market.market]
  if (action.kind !== 'read' && action.kind !== 'beyond') return action.kind
  return [action.kind, action.series.market, action.series.interval, action.fromMs, action.toMs]
}

/** Does what was decided, or something else that may happen meanwhile. */
function happen(
  agenda: Agenda,
  markets: readonly Changing[],
  action: Action,
  nowMs: number,
  random: () => number,
): void {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const market = pick(markets)
  const dice = random()
  if (action.kind === 'price') {
    Object.assign(action.market, { nextSampleMs: nowMs + MINUTE_MS })
    agenda.resample(action.market)
  } else if (action.kind === 'beyond') action.series.learnBeyond(action.fromMs, action.toMs)
  else if (action.kind === 'read') {
    const { series, fromMs, toMs } = action
    if (dice < 0.1) series.hold(fromMs, { untilMs: nowMs + 10_000, failures: 1 })
    else {
      const isSilent = dice < 0.2
      const readToMs = Math.min(toMs, floorTo(series.interval, nowMs - 1000))
      if (!isSilent) series.learnPresent([fromMs])
      series.learn({
        market: series.market,
        interval: series.interval,
        fromMs,
        toMs,
        readToMs: isSilent ? fromMs : readToMs,
        readings: isSilent ? 0 : (series.known(fromMs)?.readings ?? 0) + 1,
        silences: isSilent ? (series.known(fromMs)?.silences ?? 0) + 1 : 0,
        lastReadMs: nowMs,
        open: dice < 0.3 ? 2 : 0,
        settled: nowMs >= toMs + defaultSettling[series.interval],
      })
    }
  }
  if (dice > 0.97) {
    Object.assign(market, { heldUntilMs: nowMs + 30_000 })
    agenda.touch(market)
  } else if (dice > 0.95) {
    Object.assign(market, { live: !market.live })
    agenda.touch(market)
  } else if (dice > 0.92) {
    const series = pick(market.series)
    const fromMs = sliceStart(series.interval, nowMs) - Math.floor(random() * 3) * sliceMs(series.interval)
    series.setBusy(fromMs, !series.isBusy(fromMs))
  }
}

describe('the agenda', () => {
  it.each([1, 2, 3, 4])('decides as a look at every market does, whatever happens (seed %s)', (seed) => {
    const random = randomFrom(seed)
    const markets = Array.from({ length: 9 }, (_, i) => follow(i))
    const kept = new Agenda()
    for (const market of markets) kept.add(market)
    const paceMs = seed % 2 === 0 ? 7 * MINUTE_MS : 0
    const kinds = new Set<string>()
    let nowMs = NOW
    for (let step = 0; step < 1500; step++) {
      const fresh = new Agenda()
      for (const market of markets) fresh.add(market)
      const action = next(nowMs, stateOf(kept, paceMs), LIMITS)
      expect(told(action)).toEqual(told(next(nowMs, stateOf(fresh, paceMs), LIMITS)))
      for (const market of markets) fresh.remove(market)
      kinds.add(action.kind)
      happen(kept, markets, action, nowMs, random)
      // The clock may be set back, too.
      if (random() < 0.01) nowMs -= 20_000
      else if (action.kind === 'wait') nowMs = Math.min(action.untilMs, nowMs + HOUR_MS)
      else nowMs += 100
    }
    expect([...kinds].sort()).toEqual(['beyond', 'price', 'read', 'wait'])
    expect(STORED_INTERVALS).toHaveLength(3)
  })

  it('reads every market in its turn where not each minute of all can be read, and leaves room for the rest', () => {
    const markets = Array.from({ length: 60 }, (_, i) => ({
      ...follow(3 * i + 1),
      nextSampleMs: Infinity,
      live: true,
    }))
    const agenda = new Agenda()
    for (const market of markets) agenda.add(market)
    const state = stateOf(agenda, 10 * MINUTE_MS)
    const lastReads = new Map<string, number>()
    let worstMs = 0
    const byPriority = { live: 0, settling: 0, backfill: 0 }
    // One request in eight seconds: all 60 take their turn within ten minutes only because live ones leave a part.
    for (let nowMs = NOW; nowMs < NOW + 20 * HOUR_MS; nowMs += 8000) {
      const action = next(nowMs, state, LIMITS)
      if (action.kind !== 'read') continue
      const { series, fromMs, toMs, priority } = action
      byPriority[priority]++
      if (series.interval === '1m' && priority === 'live') {
        const before = lastReads.get(series.market)
        if (before !== undefined) worstMs = Math.max(worstMs, nowMs - before)
        lastReads.set(series.market, nowMs)
      }
      series.learnPresent([fromMs])
      series.learn({
        market: series.market,
        interval: series.interval,
        fromMs,
        toMs,
        readToMs: Math.min(toMs, floorTo(series.interval, nowMs - 1000)),
        readings: (series.known(fromMs)?.readings ?? 0) + 1,
        silences: 0,
        lastReadMs: nowMs,
        open: 0,
        settled: nowMs >= toMs + defaultSettling[series.interval],
      })
    }
    expect(lastReads.size).toBe(60)
    // Where a slice ends two of them are read in a market's turn.
    expect(worstMs).toBeLessThan(25 * MINUTE_MS)
    expect(byPriority.settling).toBeGreaterThan(60)
    expect(byPriority.backfill).toBeGreaterThan(60)
  })
})
