/** Reads the answers that only the owner gets, as far as the app uses them; what breaks the rules is a `WireError` that names the field. */
import { STORED_INTERVALS } from '../time/interval.ts'
import { progressOf } from './backfill.ts'
import {
  countOf,
  fieldsOf,
  flagOf,
  instantOf,
  listOf,
  marketOf,
  measureOf,
  nameOf,
  orNull,
  textOf,
  wordOf,
  wrong,
} from './fields.ts'
import {
  CIRCUITS,
  GAP_CLASSES,
  REVIEWS,
  TRACKED_STATUSES,
  type FollowedMarket,
  type GapsAnswer,
  type IngestAnswer,
  type QuarantinedAnswer,
  type SourceStatus,
} from './owner.ts'
import { readTold } from './told.ts'

const MOST = Number.MAX_SAFE_INTEGER
/** A raw value or the words of a source may be long. */
const MAX_WORDS = 20_000

/** Whether this browser is the owner's. @throws WireError */
export function readSignedIn(json: unknown): boolean {
  return flagOf(fieldsOf(json, 'answer').signed_in, 'signed_in')
}

/** @throws WireError when a field breaks the rules; the path names it */
export function readIngestAnswer(json: unknown): IngestAnswer {
  const answer = fieldsOf(json, 'answer')
  const size = fieldsOf(answer.size, 'size')
  return {
    revision: count(answer.revision, 'revision'),
    size: {
      database: measureOf(size.database, 'size.database'),
      chunks: measureOf(size.chunks, 'size.chunks'),
      rows: measureOf(size.rows, 'size.rows'),
    },
    tracked: each(answer.tracked, 'tracked', (market, path) => ({
      id: marketOf(market.id, `${path}.id`),
      name: nameOf(market.name, `${path}.name`),
      status: wordOf(market.status, `${path}.status`, TRACKED_STATUSES),
    })),
    ...optional('sources', answer.sources, sourceOf),
    ...optional('paces', answer.paces, (pace, path) => ({
      source: nameOf(pace.source, `${path}.source`),
      markets: count(pace.markets, `${path}.markets`),
      pricesEverySeconds: measureOf(pace.pricesEverySeconds, `${path}.pricesEverySeconds`),
      minutesEverySeconds: measureOf(pace.minutesEverySeconds, `${path}.minutesEverySeconds`),
    })),
    ...optional('markets', answer.markets, followedOf),
    ...optional('unknown', answer.unknown, (market, path) => ({
      market: nameOf(market.market, `${path}.market`),
      reason: words(market.reason, `${path}.reason`),
      nearest: listOf(market.nearest, `${path}.nearest`).map((name, at) =>
        nameOf(name, `${path}.nearest[${at}]`),
      ),
      told: readTold(market.told),
    })),
    backfill: each(answer.backfill, 'backfill', progressOf),
  }
}

/** @throws WireError when a field breaks the rules; the path names it */
export function readGapsAnswer(json: unknown): GapsAnswer {
  const answer = fieldsOf(json, 'answer')
  const missing: Partial<Record<string, number>> = {}
  for (const [kind, places] of Object.entries(fieldsOf(answer.missing, 'missing')))
    missing[wordOf(kind, 'missing', GAP_CLASSES)] = count(places, `missing.${kind}`)
  return {
    missing,
    gaps: each(answer.gaps, 'gaps', (gap, path) => ({
      market: marketOf(gap.market, `${path}.market`),
      interval: wordOf(gap.interval, `${path}.interval`, STORED_INTERVALS),
      from: instantOf(gap.from, `${path}.from`),
      to: instantOf(gap.to, `${path}.to`),
      places: count(gap.places, `${path}.places`),
      class: wordOf(gap.class, `${path}.class`, GAP_CLASSES),
      why: words(gap.why, `${path}.why`),
    })),
    more: flagOf(answer.more, 'more'),
  }
}

/** @throws WireError when a field breaks the rules; the path names it */
export function readQuarantineAnswer(json: unknown): readonly QuarantinedAnswer[] {
  return each(fieldsOf(json, 'answer').rows, 'rows', (row, path) => ({
    id: count(row.id, `${path}.id`),
    at: instantOf(row.at, `${path}.at`),
    start: orNull(row.start, `${path}.start`, instantOf),
    source: nameOf(row.source, `${path}.source`),
    market: orNull(row.market, `${path}.market`, nameOf),
    interval: orNull(row.interval, `${path}.interval`, nameOf),
    reason: words(row.reason, `${path}.reason`),
    told: readTold(row.told),
    raw: words(row.raw, `${path}.raw`),
    can_be_accepted: flagOf(row.can_be_accepted, `${path}.can_be_accepted`),
    compared_with: orNull(row.compared_with, `${path}.compared_with`, comparisonOf),
    review: orNull(row.review, `${path}.review`, (review, where) => wordOf(review, where, REVIEWS)),
  }))
}

type Fields = Readonly<Record<string, unknown>>

function each<T>(json: unknown, path: string, read: (fields: Fields, path: string) => T): readonly T[] {
  return listOf(json, path).map((entry, index) => {
    const where = `${path}[${index}]`
    return read(fieldsOf(entry, where), where)
  })
}

/** A list that a server may leave out. */
function optional<Name extends string, T>(
  name: Name,
  json: unknown,
  read: (fields: Fields, path: string) => T,
): { readonly [Key in Name]?: readonly T[] } {
  if (json === undefined) return {}
  return { [name]: each(json, name, read) } as { readonly [Key in Name]?: readonly T[] }
}

const count = (json: unknown, path: string) => countOf(json, path, MOST)

function words(json: unknown, path: string): string {
  return textOf(json, path, (text) => text.length <= MAX_WORDS, `at most ${MAX_WORDS} characters`)
}

function sourceOf(source: Fields, path: string): SourceStatus {
  const quota = fieldsOf(source.quota, `${path}.quota`)
  const priorities = Object.entries(fieldsOf(source.byPriority, `${path}.byPriority`))
  return {
    source: nameOf(source.source, `${path}.source`),
    requestsPerSecond: measureOf(source.requestsPerSecond, `${path}.requestsPerSecond`),
    pending: count(source.pending, `${path}.pending`),
    failures: count(source.failures, `${path}.failures`),
    lastError: orNull(source.lastError, `${path}.lastError`, words),
    lastTold: readTold(source.lastTold),
    lastAnswer: orNull(source.lastAnswer, `${path}.lastAnswer`, lastAnswerOf),
    nextTryMs: orNull(source.nextTryMs, `${path}.nextTryMs`, measureOf),
    limitedUntilMs: orNull(source.limitedUntilMs, `${path}.limitedUntilMs`, measureOf),
    circuit: wordOf(source.circuit, `${path}.circuit`, CIRCUITS),
    quota: { used: count(quota.used, `${path}.quota.used`), left: count(quota.left, `${path}.quota.left`) },
    byPriority: Object.fromEntries(
      priorities.map(([name, json]) => {
        const where = `${path}.byPriority.${name}`
        const { sent, waiting } = fieldsOf(json, where)
        return [name, { sent: count(sent, `${where}.sent`), waiting: count(waiting, `${where}.waiting`) }]
      }),
    ),
  }
}

function lastAnswerOf(json: unknown, path: string): NonNullable<SourceStatus['lastAnswer']> {
  const { status, atMs, latencyMs } = fieldsOf(json, path)
  return {
    status: count(status, `${path}.status`),
    atMs: measureOf(atMs, `${path}.atMs`),
    latencyMs: measureOf(latencyMs, `${path}.latencyMs`),
  }
}

function followedOf(market: Fields, path: string): FollowedMarket {
  return {
    market: marketOf(market.market, `${path}.market`),
    live: flagOf(market.live, `${path}.live`),
    lastError: orNull(market.lastError, `${path}.lastError`, words),
    lastTold: readTold(market.lastTold),
    heldUntilMs: orNull(market.heldUntilMs, `${path}.heldUntilMs`, measureOf),
  }
}

function comparisonOf(json: unknown, path: string): NonNullable<QuarantinedAnswer['compared_with']> {
  const { market, basis_points: points } = fieldsOf(json, path)
  if (typeof points !== 'number' || !Number.isSafeInteger(points))
    throw wrong(`${path}.basis_points`, 'a whole number', points)
  return { market: nameOf(market, `${path}.market`), basis_points: points }
}
