import { expect, test } from 'vitest'
import { State } from '../../../core/candle/columns.ts'
import type { MarketId } from '../../../core/market.ts'
import type { Move } from '../../../core/volatility/move.ts'
import type { AbsenceView } from '../../worker/api.ts'
import { countLarge, hasCaughtUp, isSettled, missedBySource, orderMoves } from './away.ts'

const view = (market: string, sigmas: number | null, missing: AbsenceView['missing'] = []): AbsenceView => ({
  market: market as MarketId,
  move: sigmas === null ? null : ({ sigmas } as Move),
  missing,
})
const span = (fromMs: number, toMs: number, state: number = State.missing) => ({ fromMs, toMs, state })

const AWAY = { sinceMs: 0, backMs: 10 * 3_600_000 }

test('a device has caught up once the server was heard after the absence and nothing is left to fetch, connected or not', () => {
  const { backMs } = AWAY
  expect(hasCaughtUp({ lastSuccessMs: backMs, synced: true }, AWAY)).toBe(true)
  expect(hasCaughtUp({ lastSuccessMs: backMs + 1, synced: false }, AWAY)).toBe(false)
  expect(hasCaughtUp({ lastSuccessMs: backMs - 1, synced: true }, AWAY)).toBe(false)
  expect(hasCaughtUp({ lastSuccessMs: null, synced: true }, AWAY)).toBe(false)
})

test('an answer is the last one when it reaches the end of the absence, whatever markets no longer trade', () => {
  const moved = (market: string, toMs: number): AbsenceView => ({
    ...view(market, 1),
    move: { sigmas: 1, to: { atMs: toMs } } as Move,
  })
  const live = new Set(['a:A-USD', 'a:NONE-USD'] as MarketId[])
  const reaches = moved('a:A-USD', AWAY.backMs - 60_000)
  const ended = moved('a:OLD-USD', 3_600_000)
  expect(isSettled([reaches, ended, view('a:NONE-USD', null)], live, AWAY)).toBe(true)
  expect(isSettled([moved('a:A-USD', 3_600_000), ended], live, AWAY)).toBe(false)
})

test('moves are told by their size in σ, whatever their sign; one that cannot be measured comes last', () => {
  const views = [
    view('a:A-USD', 0.5),
    view('a:B-USD', NaN),
    view('a:C-USD', -2.6),
    view('a:D-USD', null),
    view('a:E-USD', 2),
  ]
  expect(orderMoves(views).map(({ sigmas }) => sigmas)).toEqual([-2.6, 2, 0.5, NaN])
  expect(countLarge(views)).toBe(2)
})

test('what several markets of a source miss at once is counted once', () => {
  const views = [
    view('coinbase:A-USD', 0, [span(0, 40), span(100, 110, State.outage)]),
    view('coinbase:B-USD', 0, [span(30, 60)]),
    view('kraken:A-USD', 0, [span(0, 500, State.outage)]),
  ]
  expect(missedBySource(views)).toEqual([
    { source: 'kraken', kind: 'missing', ms: 500, fromMs: 0, toMs: 500 },
    { source: 'coinbase', kind: 'missing', ms: 70, fromMs: 0, toMs: 110 },
  ])
})

test('what was refused is told apart from what did not come', () => {
  const views = [view('coinbase:A-USD', 0, [span(0, 40), span(40, 45, State.refused)])]
  expect(missedBySource(views).map(({ kind, ms }) => [kind, ms])).toEqual([
    ['missing', 40],
    ['refused', 5],
  ])
  expect(missedBySource([view('coinbase:A-USD', 0)])).toEqual([])
})
