/**
 * Reads the answer of `/api/v1/sync`. What it lets through decides what is deleted from the store.
 */
import type { ChunkHash, Part } from '../chunk/chunk.ts'
import { isChunkHash } from '../chunk/hash.ts'
import { MAX_CHUNK_BYTES } from '../chunk/layout.ts'
import { STORED_INTERVALS, type StoredInterval } from '../time/interval.ts'
import { parsePeriod, PERIOD_LENGTHS, placesIn, type Period } from '../time/period.ts'
import {
  MARKET_STATUSES,
  WIRE_FORMAT,
  type HistoryProgress,
  type SyncAnswer,
  type SyncChunk,
  type SyncMarket,
} from './api.ts'
import { WireFormatError } from './error.ts'
import {
  countOf,
  decimalOf,
  fieldsOf,
  flagOf,
  listOf,
  marketOf,
  nameOf,
  textOf,
  wordOf,
  wrong,
} from './fields.ts'
import { isUuid } from './uuid.ts'

/**
 * Checks the answer and copies what is known of it; fields that this version does not know are left out.
 *
 * @throws WireError when a field breaks the rules; the path names it
 * @throws WireFormatError when the server speaks a later format
 */
export function readSyncAnswer(json: unknown): SyncAnswer {
  const answer = fieldsOf(json, 'sync')
  // A later format may have changed everything else, so it comes first.
  if (typeof answer.format === 'number' && answer.format > WIRE_FORMAT)
    throw new WireFormatError('format', answer.format)
  const archive = textOf(answer.archive, 'archive', isUuid, 'a UUID')
  if (answer.reset !== undefined) {
    if (answer.reset !== true) throw wrong('reset', 'true', answer.reset)
    return { archive, reset: true }
  }
  if (answer.format !== WIRE_FORMAT) throw wrong('format', String(WIRE_FORMAT), answer.format)
  const revision = countOf(answer.revision, 'revision', Number.MAX_SAFE_INTEGER)
  return {
    archive,
    revision,
    more: flagOf(answer.more, 'more'),
    format: answer.format,
    sample_seconds: countOf(answer.sample_seconds, 'sample_seconds', 86_400, 1),
    // Servers that do not say it know no other data than real.
    simulated: answer.simulated !== undefined && flagOf(answer.simulated, 'simulated'),
    ...(answer.quotes === undefined ? {} : { quotes: readQuotes(answer.quotes) }),
    ...(answer.backfill === undefined ? {} : { backfill: readProgress(answer.backfill) }),
    markets: listOf(answer.markets, 'markets').map((market, index) =>
      readMarket(market, `markets[${index}]`),
    ),
    chunks: listOf(answer.chunks, 'chunks').map((chunk, index) =>
      readChunk(chunk, `chunks[${index}]`, revision),
    ),
  }
}

function readQuotes(json: unknown): readonly string[] {
  return listOf(json, 'quotes').map((quote, index) => nameOf(quote, `quotes[${index}]`))
}

function readProgress(json: unknown): HistoryProgress {
  const { wanted, done } = fieldsOf(json, 'backfill')
  const most = countOf(wanted, 'backfill.wanted', Number.MAX_SAFE_INTEGER)
  return { wanted: most, done: countOf(done, 'backfill.done', most) }
}

function readMarket(json: unknown, path: string): SyncMarket {
  const market = fieldsOf(json, path)
  const { tick, name, status } = market
  return {
    id: marketOf(market.id, `${path}.id`),
    ...(tick === undefined ? {} : { tick: tick === null ? null : decimalOf(tick, `${path}.tick`) }),
    ...(name === undefined ? {} : { name: nameOf(name, `${path}.name`) }),
    ...(status === undefined ? {} : { status: wordOf(status, `${path}.status`, MARKET_STATUSES) }),
    ...removedOf(market.removed, path),
  }
}

function readChunk(json: unknown, path: string, head: number): SyncChunk {
  const chunk = fieldsOf(json, path)
  const interval = wordOf(chunk.interval, `${path}.interval`, STORED_INTERVALS)
  const period = periodOf(chunk.period, `${path}.period`, interval)
  const expected = countOf(chunk.expected, `${path}.expected`, placesIn(interval, period))
  return {
    market: marketOf(chunk.market, `${path}.market`),
    interval,
    period: period.text,
    part: wordOf<Part>(chunk.part, `${path}.part`, ['price', 'volume']),
    sha256: textOf(
      chunk.sha256,
      `${path}.sha256`,
      isChunkHash,
      '64 lower-case hexadecimal digits',
    ) as ChunkHash,
    bytes: countOf(chunk.bytes, `${path}.bytes`, MAX_CHUNK_BYTES),
    size: countOf(chunk.size, `${path}.size`, MAX_CHUNK_BYTES),
    rows: countOf(chunk.rows, `${path}.rows`, expected),
    expected,
    revision: countOf(chunk.revision, `${path}.revision`, head),
    ...removedOf(chunk.removed, path),
  }
}

function removedOf(json: unknown, path: string): { removed?: true } {
  if (json === undefined) return {}
  if (json !== true) throw wrong(`${path}.removed`, 'true, or nothing', json)
  return { removed: true }
}

function periodOf(json: unknown, path: string, interval: StoredInterval): Period {
  const expected = `a ${PERIOD_LENGTHS[interval].join(' or ')} such as 2024-03-01, 2024-03, 2024`
  if (typeof json !== 'string') throw wrong(path, expected, json)
  try {
    const period = parsePeriod(json)
    if (PERIOD_LENGTHS[interval].includes(period.length)) return period
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  throw wrong(path, expected, json)
}
