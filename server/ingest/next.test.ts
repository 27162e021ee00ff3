import { describe, expect, it } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import {
  DAY_MS,
  HOUR_MS,
  INTERVAL_MS,
  MINUTE_MS,
  STORED_INTERVALS,
  floorTo,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { periodAt } from '../../core/time/period.ts'
import type { Retention } from '../archive/kept.ts'
import type { CoverageSlice } from '../archive/types.ts'
import { defaultSettling } from '../settling.ts'
import { Agenda } from './agenda.ts'
import { next, scopeOf, type Action, type Followed, type Limits, type State } from './next.ts'
import { progress } from './search.ts'
import { Series } from './series.ts'
import { sliceMs, sliceStart } from './slice.ts'

const NOW = Date.parse('2024-03-14T11:12:20Z')
const FOUNDED = Date.parse('2023-01-01T00:00:00Z')
const DAY_SLICE = sliceMs('1d')

interface World {
  followed: Followed[]
  state: State
  limits: Limits
}

function follow(name: string, change: Partial<Followed> = {}): Followed {
  const market = parseMarketId(name).id
  const make = (interval: StoredInterval, longer: Series | null) =>
    new Series({ market, interval, longer, settlingMs: defaultSettling[interval], foundedMs: FOUNDED })
  const days = make('1d', null)
  const hours = make('1h', days)
  return {
    market,
    source: 'coinbase',
    live: true,
    series: [make('1m', hours), hours, days],
    minutesFromMs: null,
    nextSampleMs: Infinity,
    heldUntilMs: 0,
    ...change,
  }
}

function world(...followed: Followed[]): World {
  const agenda = new Agenda()
  for (const market of followed) agenda.add(market)
  return {
    followed,
    state: {
      agenda,
      minuteDays: 30,
      foundedMs: { coinbase: FOUNDED },
      reach: {},
      paceMs: {},
      nextListMs: { coinbase: Infinity },
      nextSealMs: Infinity,
      nextRetainMs: Infinity,
    },
    limits: {
      sources: { coinbase: { free: 1, pausedUntilMs: null } },
      canMark: true,
      canSeal: true,
    },
  }
}

const seriesOf = (market: Followed, interval: StoredInterval) =>
  market.series.find((series) => series.interval === interval)!

/** A slice as one honest and whole reading at `atMs` leaves it. */
function slice(
  series: Series,
  fromMs: number,
  atMs: number,
  change: Partial<CoverageSlice> = {},
): CoverageSlice {
  const toMs = fromMs + sliceMs(series.interval)
  return {
    market: series.market,
    interval: series.interval,
    fromMs,
    toMs,
    readToMs: Math.min(toMs, floorTo(series.interval, atMs)),
    readings: 1,
    silences: 0,
    lastReadMs: atMs,
    open: 0,
    settled: atMs >= toMs + defaultSettling[series.interval],
    ...change,
  }
}

/** Everything of these intervals was read whole, with a candle at each place since `sinceMs`. */
function knowAll(market: Followed, atMs: number, sinceMs: number, ...intervals: StoredInterval[]) {
  for (const interval of intervals) {
    const series = seriesOf(market, interval)
    for (let from = sliceStart(interval, FOUNDED); from < atMs; from += sliceMs(interval))
      series.learn(slice(series, from, atMs))
    const present: number[] = []
    for (
      let start = floorTo(interval, sinceMs);
      start < floorTo(interval, atMs);
      start += INTERVAL_MS[interval]
    )
      present.push(start)
    series.learnPresent(present)
  }
}

/** What would be done, one after the other, if everything were answered whole at once. */
function script(world: World, nowMs: number, count: number): string[] {
  const done: string[] = []
  while (done.length < count) {
    const action = next(nowMs, world.state, world.limits)
    done.push(describeAction(action))
    if (action.kind !== 'read') break
    action.series.learn(slice(action.series, action.fromMs, nowMs))
  }
  return done
}

function describeAction(action: Action): string {
  if (action.kind === 'wait') return `wait ${new Date(action.untilMs).toISOString().slice(0, 19)}`
  if (action.kind === 'price') return `price ${action.market.market}`
  if (action.kind !== 'read' && action.kind !== 'beyond') return action.kind
  const from = new Date(action.fromMs).toISOString().slice(0, 16)
  return `${action.kind} ${action.series.market} ${action.series.interval} ${from}`
}

describe('the reconciler', () => {
  it('begins with what is live, then days, then what phones show first', () => {
    const btc = follow('coinbase:BTC-USD', { nextSampleMs: 0 })
    const one = world(btc)
    expect(describeAction(next(NOW, one.state, one.limits))).toBe('price coinbase:BTC-USD')
    const two = world({ ...btc, nextSampleMs: Infinity })
    expect(script(two, NOW, 6)).toEqual([
      'read coinbase:BTC-USD 1m 2024-03-14T11:00',
      'read coinbase:BTC-USD 1d 2023-05-23T00:00',
      'read coinbase:BTC-USD 1d 2022-07-27T00:00',
      'read coinbase:BTC-USD 1h 2024-03-05T12:00',
      'read coinbase:BTC-USD 1m 2024-03-14T06:00',
      'read coinbase:BTC-USD 1m 2024-03-14T01:00',
    ])
  })

  it('reads the days of all markets before the hours of any', () => {
    const markets = [follow('coinbase:BTC-USD'), follow('coinbase:ETH-USD')]
    const lines = script(world(...markets), NOW, 8)
    expect(lines.slice(0, 2).every((line) => line.includes('1m 2024-03-14T11:00'))).toBe(true)
    expect(lines.slice(2, 6).every((line) => line.includes(' 1d '))).toBe(true)
    expect(lines.slice(6).every((line) => line.includes(' 1h '))).toBe(true)
  })

  it('asks for hours only where a day has a candle', () => {
    const btc = follow('coinbase:BTC-USD')
    knowAll(btc, NOW, NOW - 40 * DAY_MS, '1d')
    knowAll(btc, NOW, NOW, '1m')
    const lines = script(world(btc), NOW, 50).filter((line) => /^read .* 1h /.test(line))
    // 40 days before lies in this slice of 12.5 days.
    expect(lines.at(-1)).toContain(new Date(sliceStart('1h', NOW - 40 * DAY_MS)).toISOString().slice(0, 13))
    expect(lines).toHaveLength(4)
  })

  it('asks for minutes only where an hour has a candle, the newest of all markets first', () => {
    const markets = [follow('coinbase:BTC-USD'), follow('coinbase:ETH-USD')]
    for (const market of markets) knowAll(market, NOW, NOW - 9 * DAY_MS, '1d', '1h')
    const one = world(...markets)
    const lines = script({ ...one, limits: { ...one.limits, canMark: false } }, NOW, 500).filter((line) =>
      line.includes(' 1m '),
    )
    const starts = lines.map((line) => line.slice(-16))
    expect(starts).toEqual(starts.toSorted().reverse())
    // The slice in which the 9 days begin is the last.
    expect(starts.at(-1)).toBe(new Date(sliceStart('1m', NOW - 9 * DAY_MS)).toISOString().slice(0, 16))
    expect(lines.filter((line) => line.includes('BTC'))).toHaveLength(lines.length / 2)
  })

  it('waits for each candle until just after its close', () => {
    const btc = follow('coinbase:BTC-USD')
    knowAll(btc, NOW, FOUNDED, ...STORED_INTERVALS)
    const { state, limits } = world(btc)
    expect(next(NOW, state, limits)).toEqual({ kind: 'wait', untilMs: Date.parse('2024-03-14T11:13:01.5Z') })
    expect(next(NOW + 42_000, state, limits)).toMatchObject({ kind: 'read', priority: 'live' })
  })

  it('reads a closed slice again once, after it has settled', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    knowAll(btc, NOW, FOUNDED, ...STORED_INTERVALS)
    const minutes = seriesOf(btc, '1m')
    const from = sliceStart('1m', NOW) - 2 * sliceMs('1m')
    const closed = from + sliceMs('1m')
    minutes.learn(slice(minutes, from, closed + 2000))
    const { state, limits } = world(btc)
    expect(next(closed + 9 * MINUTE_MS, state, limits)).toEqual({
      kind: 'wait',
      untilMs: closed + 10 * MINUTE_MS,
    })
    const action = next(closed + 10 * MINUTE_MS, state, limits)
    expect(action).toMatchObject({ kind: 'read', fromMs: from, priority: 'settling' })
    minutes.learn(slice(minutes, from, closed + 10 * MINUTE_MS, { readings: 2 }))
    expect(next(closed + 10 * MINUTE_MS, state, limits).kind).toBe('wait')
  })

  it('reads a slice with open absences again, a minute apart, and after three times once a day', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    knowAll(btc, NOW, FOUNDED, ...STORED_INTERVALS)
    const minutes = seriesOf(btc, '1m')
    const from = sliceStart('1m', NOW - 3 * DAY_MS)
    const { state, limits } = world(btc)
    const times: number[] = []
    let atMs = NOW
    for (let readings = 1; readings <= 2; readings++) {
      minutes.learn(slice(minutes, from, atMs, { open: 3, readings }))
      const wait = next(atMs, state, limits)
      if (wait.kind !== 'wait' || wait.untilMs === Infinity) break
      atMs = wait.untilMs
      expect(next(atMs, state, limits)).toMatchObject({ kind: 'read', fromMs: from })
      times.push(atMs - NOW)
    }
    expect(times).toEqual([MINUTE_MS, 2 * MINUTE_MS])
    minutes.learn(slice(minutes, from, atMs, { open: 3, readings: 3 }))
    expect(minutes.find(scopeOf(btc, minutes, state, atMs)).read).toBeNull()
    expect(minutes.find(scopeOf(btc, minutes, state, atMs + DAY_MS)).read).not.toBeNull()
  })

  it('reads the last places of a slice that was followed live twice after they have settled, however often it was read', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    knowAll(btc, NOW, FOUNDED, ...STORED_INTERVALS)
    const minutes = seriesOf(btc, '1m')
    const from = sliceStart('1m', NOW - 3 * DAY_MS)
    // Followed up to its middle, then the program was down for a while.
    minutes.relearn([slice(minutes, from, from + 2 * HOUR_MS, { readings: 120 })])
    const { state, limits } = world(btc)
    const scope = (atMs: number) => scopeOf(btc, minutes, state, atMs)
    expect(minutes.find(scope(NOW)).read).toMatchObject({ fromMs: from })
    minutes.learn(slice(minutes, from, NOW, { open: 24, readings: 121 }))
    expect(minutes.find(scope(NOW)).nextMs).toBe(NOW + MINUTE_MS)
    expect(next(NOW + MINUTE_MS, state, limits)).toMatchObject({ kind: 'read', fromMs: from })
  })

  it('does not take a silent answer for a reading, and asks again while other work goes on', () => {
    const btc = follow('coinbase:BTC-USD')
    knowAll(btc, NOW, FOUNDED, '1d', '1h')
    const minutes = seriesOf(btc, '1m')
    const head = sliceStart('1m', NOW)
    minutes.learn(slice(minutes, head, NOW))
    const silent = head - sliceMs('1m')
    minutes.learn(slice(minutes, silent, NOW, { readings: 0, silences: 1, readToMs: silent, settled: false }))
    const { state, limits } = world(btc)
    expect(next(NOW, state, limits)).toMatchObject({ kind: 'read', fromMs: silent - sliceMs('1m') })
    minutes.learn(slice(minutes, silent - sliceMs('1m'), NOW))
    for (let from = silent - sliceMs('1m'); from > NOW - 31 * DAY_MS; from -= sliceMs('1m'))
      minutes.learn(slice(minutes, from, NOW))
    expect(next(NOW + 10_000, state, limits)).toMatchObject({ kind: 'read', fromMs: silent })
  })

  it('takes silent days before the listing for beyond, after several silences, and no hours are asked there', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    const days = seriesOf(btc, '1d')
    const listed = sliceStart('1d', NOW) + 100 * DAY_MS
    const older = sliceStart('1d', NOW) - DAY_SLICE
    days.learn(slice(days, older + DAY_SLICE, NOW, { open: 100 }))
    days.learnPresent([listed, listed + DAY_MS])
    const silent = (silences: number) =>
      days.learn(slice(days, older, NOW, { readings: 0, silences, readToMs: older, settled: false }))
    silent(4)
    const { state, limits } = world(btc)
    const marks = () => {
      const action = next(NOW, state, limits)
      return action.kind === 'beyond' ? action : null
    }
    knowAll(btc, NOW, FOUNDED, '1m', '1h')
    expect(marks()).toBeNull()
    silent(5)
    const mark = marks()
    expect(mark).toMatchObject({ fromMs: older, toMs: older + DAY_SLICE })
    days.learnBeyond(mark!.fromMs, mark!.toMs)
    // The places of the listing's own slice that lie before it are beyond, too.
    expect(marks()).toMatchObject({ fromMs: older + DAY_SLICE, toMs: listed })
  })

  it('reads a slice that the source reaches in part, and marks what it does not reach at all', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    knowAll(btc, NOW, FOUNDED, '1d', '1h')
    const { state, limits } = world(btc)
    const reaching = { ...state, reach: { coinbase: { bars: 720 } } }
    const cut = sliceStart('1m', NOW - 720 * MINUTE_MS)
    expect(cut).toBeLessThan(NOW - 720 * MINUTE_MS)
    const minutes = seriesOf(btc, '1m')
    const read: number[] = []
    for (;;) {
      const action = next(NOW, reaching, limits)
      if (action.kind !== 'read') {
        expect(action).toMatchObject({ kind: 'beyond', toMs: cut })
        break
      }
      read.push(action.fromMs)
      minutes.learn(slice(minutes, action.fromMs, NOW))
    }
    expect(read.at(-1)).toBe(cut)
  })

  it('what lies beyond the reach of a source is marked once and not asked for, whatever longer candles say', () => {
    const market = follow('coinbase:BTC-USD')
    const one = world(market)
    knowAll(market, NOW, NOW - 20 * DAY_MS, '1d', '1h')
    const reached = { ...one.state, reach: { coinbase: { ms: 2 * DAY_MS } } }
    const marked: number[] = []
    let oldestRead = Infinity
    for (let i = 0; i < 500; i++) {
      const action = next(NOW, reached, one.limits)
      if (action.kind === 'beyond') {
        marked.push(action.fromMs)
        action.series.learnBeyond(action.fromMs, action.toMs)
      } else if (action.kind === 'read') {
        oldestRead = Math.min(oldestRead, action.toMs)
        action.series.learn(slice(action.series, action.fromMs, NOW))
      } else break
    }
    expect(new Set(marked).size).toBe(marked.length)
    expect(marked.length).toBeLessThan(5)
    expect(oldestRead).toBeGreaterThan(NOW - 2 * DAY_MS)
  })

  describe('where minutes reach back less far than hours', () => {
    const limited = (silences: number) => {
      const btc = follow('coinbase:BTC-USD', { live: false })
      knowAll(btc, NOW, FOUNDED, '1d', '1h')
      const minutes = seriesOf(btc, '1m')
      const limit = sliceStart('1m', NOW - 3 * DAY_MS)
      for (let from = limit; from <= NOW; from += sliceMs('1m')) minutes.learn(slice(minutes, from, NOW))
      for (let i = 1; i <= 5; i++) {
        const from = limit - i * sliceMs('1m')
        minutes.learn(slice(minutes, from, NOW, { readings: 0, silences, readToMs: from, settled: false }))
      }
      return { minutes, limit, ...world(btc) }
    }

    it('five silent neighbours hold back thousands', () => {
      const { state, limits } = limited(1)
      expect(next(NOW, state, limits)).toEqual({ kind: 'wait', untilMs: NOW + 10_000 })
    })

    it('the rest is taken for beyond the limit after their silences, and only its month is marked', () => {
      const { minutes, limit, state, limits, followed } = limited(4)
      const action = next(NOW, state, limits)
      expect(action).toMatchObject({ kind: 'beyond', fromMs: Date.UTC(2024, 2), toMs: limit })
      minutes.learnBeyond(Date.UTC(2024, 2), limit)
      expect(next(NOW, state, limits)).toMatchObject({ kind: 'wait' })
      const { wanted, done } = progress(minutes, scopeOf(followed[0]!, minutes, state, NOW))
      expect(done).toBe(wanted)
    })

    it('it is tried again a day later, and read on where it answers then', () => {
      const { minutes, limit, state, limits, followed } = limited(4)
      minutes.learnBeyond(Date.UTC(2024, 2), limit)
      const later = NOW + 24 * HOUR_MS
      knowAll(followed[0]!, later, FOUNDED, '1d', '1h')
      for (let from = limit; from <= later; from += sliceMs('1m')) minutes.learn(slice(minutes, from, later))
      const newest = limit - sliceMs('1m')
      expect(next(later, state, limits)).toMatchObject({ kind: 'read', fromMs: newest })
      minutes.learn(slice(minutes, newest, later, { readings: 2, silences: 4 }))
      // Beyond the four that were silent as well.
      expect(next(later, state, limits)).toMatchObject({ kind: 'read', fromMs: limit - 6 * sliceMs('1m') })
    })
  })

  it('leaves a source alone while it is paused', () => {
    const one = world(follow('coinbase:BTC-USD', { nextSampleMs: 0 }))
    const limits = { ...one.limits, sources: { coinbase: { free: 8, pausedUntilMs: NOW + 7000 } } }
    expect(next(NOW, one.state, limits)).toEqual({ kind: 'wait', untilMs: NOW + 7000 })
  })

  it('goes on with other markets while one is held', () => {
    const held = follow('coinbase:OLD-USD', { heldUntilMs: NOW + HOUR_MS })
    const one = world(held, follow('coinbase:BTC-USD'))
    expect(script(one, NOW, 5).every((line) => line.includes('BTC'))).toBe(true)
  })

  it('samples no ended market, but reads its history', () => {
    const old = follow('coinbase:OLD-USD', { live: false, nextSampleMs: 0 })
    expect(script(world(old), NOW, 1)[0]).toContain('1d')
  })

  it('seals beside reading, one at a time', () => {
    const one = world(follow('coinbase:BTC-USD'))
    const state = { ...one.state, nextSealMs: 0 }
    const busy = { sources: { coinbase: { free: 0, pausedUntilMs: null } }, canMark: true, canSeal: true }
    expect(next(NOW, state, busy).kind).toBe('seal')
    expect(next(NOW, state, { ...busy, canSeal: false }).kind).toBe('wait')
  })

  it('leaves retention to idle times, but not for hours', () => {
    const busy = world(follow('coinbase:BTC-USD'))
    const limits = { ...busy.limits, sources: { coinbase: { free: 0, pausedUntilMs: null } } }
    expect(next(NOW, { ...busy.state, nextRetainMs: NOW }, limits).kind).toBe('wait')
    expect(next(NOW, { ...busy.state, nextRetainMs: NOW - HOUR_MS }, limits).kind).toBe('retain')
    const idle = world()
    expect(next(NOW, { ...idle.state, nextRetainMs: NOW }, idle.limits).kind).toBe('retain')
  })

  it('reads again what somebody has marked as unread', () => {
    const btc = follow('coinbase:BTC-USD', { live: false })
    knowAll(btc, NOW, FOUNDED, ...STORED_INTERVALS)
    const days = seriesOf(btc, '1d')
    const from = sliceStart('1d', NOW) - DAY_SLICE
    const unread = { readToMs: from, readings: 0, lastReadMs: 0, settled: false }
    days.learn(slice(days, from, NOW, unread))
    const { state, limits } = world(btc)
    expect(next(NOW, state, limits)).toMatchObject({ kind: 'read', fromMs: from })
  })
})

describe('how far the history is read', () => {
  it('is all of it once every closed slice was read, also in the minute in which a new one begins', () => {
    const btc = follow('coinbase:BTC-USD')
    const { state } = world(btc)
    const minutes = seriesOf(btc, '1m')
    const turn = sliceStart('1m', NOW)
    knowAll(btc, turn, FOUNDED, ...STORED_INTERVALS)
    const { wanted, done } = progress(minutes, scopeOf(btc, minutes, state, turn + MINUTE_MS / 2))
    expect(wanted).toBeGreaterThan(0)
    expect(done).toBe(wanted)
  })
})

it('what retention has dropped is not asked for again', () => {
  const market = follow('coinbase:BTC-USD')
  const { state } = world(market)
  const wanted = (interval: StoredInterval, retention: Retention) =>
    scopeOf(market, seriesOf(market, interval), { ...state, retention }, NOW).wantedMs
  expect(wanted('1h', {})).toBe(FOUNDED)
  expect(wanted('1h', { '1h': 400, '1m': 31 })).toBe(periodAt('year', NOW - 400 * DAY_MS).fromMs)
  expect(wanted('1d', { '1h': 400 })).toBe(FOUNDED)
  expect(wanted('1m', { '1m': 3650 })).toBe(NOW - 30 * DAY_MS)
})
