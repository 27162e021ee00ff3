/**
 * All markets ranked by volatility, for the API and the command line. One question after the other, each for all who ask the
 * same; where nothing changed since, its answer stands. So nobody can keep the server busy with it.
 */
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { CandleColumns } from '../../core/candle/columns.ts'
import { rollUp } from '../../core/candle/rollup.ts'
import { INTERVAL_MS, STORED_UNDER, type StoredInterval } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { Memory } from '../../core/volatility/memory.ts'
import {
  isOfDays,
  leadOf,
  rankDays,
  rankedPlaces,
  rankMarket,
  sortRanking,
  type RankedMarket,
  type RankingRequest,
} from '../../core/volatility/ranking.ts'
import type { RankingAnswer, RankingEntry } from '../../core/wire/api.ts'
import { ApiProblem } from '../api/problem.ts'
import { unavailableText } from '../../core/volatility/unavailable.ts'
import { RecentDays } from './days.ts'
import { RecentBars, type BarSource, type RecentMarket } from './recent.ts'

/** Different questions that may wait for their turn. */
const MOST_WAITING = 16
/** Answers kept; one of a hundred markets takes 20 KB. */
const MOST_ANSWERS = 100
/** Bars read before a window, for the close before it over empty places; more where these are all empty. */
const LEAD = 60
/** Markets that are read by one look into the database. */
const TOGETHER = 20
const DEADLINE_MS = 20_000

export interface Ranking {
  /** @throws ApiProblem where too many wait, or it takes too long */
  ask(request: RankingRequest): Promise<RankingAnswer>
}

interface Answered {
  readonly generation: number
  readonly answer: RankingAnswer
}

export function createRanking(source: BarSource): Ranking {
  const recent: Readonly<Record<StoredInterval, RecentBars>> = {
    '1m': new RecentBars(source, '1m'),
    '1h': new RecentBars(source, '1h'),
    '1d': new RecentBars(source, '1d'),
  }
  const days = new RecentDays(source)
  const answers = new LRUCache<string, Answered>({ max: MOST_ANSWERS })
  const waiting = new Map<string, Promise<RankingAnswer>>()
  let turn: Promise<unknown> = Promise.resolve()

  const compute = async (key: string, request: RankingRequest): Promise<RankingAnswer> => {
    const ofDays = isOfDays(request.method)
    const bars = recent[STORED_UNDER[request.interval]]
    const { generation, markets } = await (ofDays ? days : bars).look()
    const known = answers.get(key)
    if (known?.generation === generation) return known.answer
    const rank = ofDays ? rankDaysOf(days, request) : rankBarsOf(bars, request)
    const answer = answerOf(request, await rankAll(markets, ofDays ? 1 : TOGETHER, rank))
    answers.set(key, { generation, answer })
    return answer
  }

  return {
    ask: (request) => {
      const key = `${request.window} ${request.method} ${request.interval}`
      const same = waiting.get(key)
      if (same) return same
      if (waiting.size >= MOST_WAITING)
        return Promise.reject(
          new ApiProblem(
            'unavailable',
            'many rankings are being computed; ask again in a few seconds',
            null,
            {
              'retry-after': '5',
            },
          ),
        )
      const asked = turn.then(() => compute(key, request)).finally(() => waiting.delete(key))
      waiting.set(key, asked)
      // Whoever waits for a turn is told by his own promise.
      turn = asked.catch(() => undefined)
      return asked
    },
  }
}

/** Ranks some markets. */
type Rank = (markets: readonly RecentMarket[]) => Promise<RankedMarket[]>

function rankBarsOf(bars: RecentBars, request: RankingRequest): Rank {
  const memory = new Memory()
  return async (markets) =>
    (await readWindows(bars, markets, request)).map((columns) => rankMarket(columns, request, memory))
}

function rankDaysOf(days: RecentDays, request: RankingRequest): Rank {
  return async ([market]) => [rankDays(market!.id, await days.read(market!, request.places), request)]
}

/** @param together markets that are read by one look into the database */
async function rankAll(
  markets: readonly RecentMarket[],
  together: number,
  rank: Rank,
): Promise<RankedMarket[]> {
  const endMs = performance.now() + DEADLINE_MS
  const ranked: RankedMarket[] = []
  for (let from = 0; from < markets.length; from += together) {
    // What was read is kept: the next question goes on from there.
    if (performance.now() > endMs)
      throw new ApiProblem(
        'unavailable',
        `${from} of ${markets.length} markets were read in ${DEADLINE_MS / 1000} s; ask again, or for longer bars`,
        null,
        { 'retry-after': '5' },
      )
    ranked.push(...(await rank(markets.slice(from, from + together))))
    // Others get their turn in between.
    await setImmediate()
  }
  return sortRanking(ranked)
}

/** The windows, and what lies before each up to the newest candle there. */
async function readWindows(
  bars: RecentBars,
  markets: readonly RecentMarket[],
  request: RankingRequest,
): Promise<CandleColumns[]> {
  const { interval } = request
  const wanted =
    ((rankedPlaces(request) + LEAD) * INTERVAL_MS[interval]) / INTERVAL_MS[STORED_UNDER[interval]]
  const columns = await bars.read(markets, wanted)
  const windows: CandleColumns[] = []
  for (const [i, market] of markets.entries()) {
    let stored = columns[i]!
    let rolled = rollUp(stored, interval)
    for (let more = wanted; leadOf(rolled, request) === null && stored.length >= more;) {
      more *= 2
      stored = (await bars.read([market], more))[0]!
      rolled = rollUp(stored, interval)
    }
    windows.push(rolled)
  }
  return windows
}

function answerOf(request: RankingRequest, ranked: readonly RankedMarket[]): RankingAnswer {
  const { window, method, interval, mean, annualisation } = request
  const newest = Math.max(...ranked.map(({ asOfMs }) => (Number.isNaN(asOfMs) ? -Infinity : asOfMs)))
  return {
    window,
    method,
    interval,
    mean,
    annualisation,
    as_of: newest === -Infinity ? null : isoSeconds(newest),
    ranking: ranked.map(entryOf),
  }
}

function entryOf({
  market,
  source,
  sigma,
  barsUsed,
  barsExpected,
  asOfMs,
  reason,
}: RankedMarket): RankingEntry {
  return {
    market,
    source,
    sigma: reason ? null : sigma,
    n: barsUsed,
    expected: barsExpected,
    as_of: Number.isNaN(asOfMs) ? null : isoSeconds(asOfMs),
    ...(reason && { reason: unavailableText(reason) }),
  }
}
