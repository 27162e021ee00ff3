/** Answers of the owner's search for markets, as far as the app uses them; what breaks the rules is a `WireError` that names the field. */
import type { MarketId } from '../market.ts'
import { STORED_INTERVALS, type StoredInterval } from '../time/interval.ts'
import type { BackfillProgress } from './api.ts'
import { progressOf } from './backfill.ts'
import {
  countOf,
  fieldsOf,
  flagOf,
  instantOf,
  listOf,
  marketOf,
  nameOf,
  orNull,
  textOf,
  wordOf,
} from './fields.ts'

/** A market that could be tracked. */
export interface FoundMarket {
  readonly id: MarketId
  readonly source: string
  /** What is traded, as its source writes it: a ticker, or the id of a coin. */
  readonly base: string
  readonly quote: string
  /** The name of what is traded; null where the source tells its ticker alone. */
  readonly coin: string | null
  readonly symbol: string
  /** By market capitalisation; null where it is not known. */
  readonly rank: number | null
  /** Address of the coin's logo on this server. */
  readonly logo: string | null
  /** It is still traded. */
  readonly active: boolean
}

/** What a source has of any of its markets. */
export interface SourceFacts {
  readonly source: string
  readonly intervals: readonly StoredInterval[]
  /** Its candles are made of sampled prices, and their volume is unknown. */
  readonly sampled: boolean
  /** Nothing older exists there. */
  readonly sinceMs: number
  /** It answers only so many of the newest bars; null: all. */
  readonly reachBars: number | null
  /** It answers only so many of the last days; null: all. */
  readonly reachDays: number | null
}

export interface FoundAnswer {
  readonly markets: readonly FoundMarket[]
  readonly sources: readonly SourceFacts[]
  /** So many more were found than are told. */
  readonly leftOff: number
}

const MOST = 1_000_000
const LOGO = /^\/api\/v1\/logos\/[a-z0-9][a-z0-9._-]{0,99}$/

const count = (json: unknown, path: string) => countOf(json, path, MOST)

/** The names of the sources that can be searched. @throws WireError */
export function readSources(json: unknown): readonly string[] {
  return listOf(fieldsOf(json, 'answer').sources, 'sources').map((name, i) => nameOf(name, `sources[${i}]`))
}

/** @throws WireError */
export function readFound(json: unknown): FoundAnswer {
  const answer = fieldsOf(json, 'answer')
  return {
    markets: listOf(answer.markets, 'markets').map((entry, i) => marketFrom(entry, `markets[${i}]`)),
    sources: listOf(answer.sources, 'sources').map((entry, i) => factsFrom(entry, `sources[${i}]`)),
    leftOff: count(answer.left_off, 'left_off'),
  }
}

/** How far the history of each series is read, in an answer of `/api/v1/markets`. @throws WireError */
export function readBackfill(json: unknown): readonly BackfillProgress[] {
  return listOf(fieldsOf(json, 'answer').backfill, 'backfill').map((entry, i) =>
    progressOf(entry, `backfill[${i}]`),
  )
}

function marketFrom(json: unknown, path: string): FoundMarket {
  const { id, source, base, quote, coin, symbol, rank, logo, active } = fieldsOf(json, path)
  const name = nameOf(base, `${path}.base`)
  return {
    id: marketOf(id, `${path}.id`),
    source: nameOf(source, `${path}.source`),
    base: name,
    quote: nameOf(quote, `${path}.quote`),
    coin: orNull(coin, `${path}.coin`, nameOf),
    symbol: symbol === undefined ? name : nameOf(symbol, `${path}.symbol`),
    rank: orNull(rank ?? null, `${path}.rank`, count),
    logo:
      logo === undefined
        ? null
        : textOf(logo, `${path}.logo`, (text) => LOGO.test(text), 'the address of a logo on this server'),
    active: flagOf(active, `${path}.active`),
  }
}

function factsFrom(json: unknown, path: string): SourceFacts {
  const facts = fieldsOf(json, path)
  return {
    source: nameOf(facts.source, `${path}.source`),
    intervals: listOf(facts.intervals, `${path}.intervals`).map((one, i) =>
      wordOf(one, `${path}.intervals[${i}]`, STORED_INTERVALS),
    ),
    sampled: flagOf(facts.sampled, `${path}.sampled`),
    sinceMs: Date.parse(instantOf(facts.since, `${path}.since`)),
    reachBars: orNull(facts.reach_bars, `${path}.reach_bars`, count),
    reachDays: orNull(facts.reach_days, `${path}.reach_days`, count),
  }
}
