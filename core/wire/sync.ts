/**
 * Reads the answer of `/api/v1/sync`. Checked by hand, field by field: it is in the first load of the phone, and what
 * it lets through decides what is deleted from the store.
 */
import type { ChunkHash, Part } from '../chunk/chunk.ts'
import { isChunkHash } from '../chunk/hash.ts'
import { MAX_CHUNK_BYTES } from '../chunk/layout.ts'
import { isPlainDecimal } from '../decimal/text.ts'
import { isMarketId, type MarketId } from '../market.ts'
import { isStoredInterval, type StoredInterval } from '../time/interval.ts'
import { parsePeriod, PERIOD_LENGTHS, placesIn, type Period } from '../time/period.ts'
import {
  WIRE_FORMAT,
  type HistoryProgress,
  type MarketAnswer,
  type SyncAnswer,
  type SyncChunk,
  type SyncMarket,
} from './api.ts'
import { WireError, WireFormatError } from './error.ts'
import { isUuid } from './uuid.ts'

/** A page holds about 5,000 entries; one revision may be larger and is never split. */
const MAX_ENTRIES = 200_000
const MAX_NAME = 200
const STATUSES: readonly string[] = [
  'live',
  'ended',
  'unlisted',
  'imported',
] satisfies MarketAnswer['status'][]

type Fields = Readonly<Record<string, unknown>>

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
    simulated: flagOf(answer.simulated, 'simulated'),
    ...(answer.backfill === undefined ? {} : { backfill: readProgress(answer.backfill) }),
    markets: listOf(answer.markets, 'markets').map((market, index) =>
      readMarket(market, `markets[${index}]`),
    ),
    chunks: listOf(answer.chunks, 'chunks').map((chunk, index) =>
      readChunk(chunk, `chunks[${index}]`, revision),
    ),
  }
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
    ...(name === undefined
      ? {}
      : {
          name: textOf(
            name,
            `${path}.name`,
            (text) => text.length <= MAX_NAME,
            `at most ${MAX_NAME} characters`,
          ),
        }),
    ...(status === undefined
      ? {}
      : {
          status: textOf(
            status,
            `${path}.status`,
            (text) => STATUSES.includes(text),
            STATUSES.join(', '),
          ) as MarketAnswer['status'],
        }),
    ...removedOf(market.removed, path),
  }
}

function readChunk(json: unknown, path: string, head: number): SyncChunk {
  const chunk = fieldsOf(json, path)
  const interval = textOf(
    chunk.interval,
    `${path}.interval`,
    isStoredInterval,
    '1m, 1h or 1d',
  ) as StoredInterval
  const period = periodOf(chunk.period, `${path}.period`, interval)
  const expected = countOf(chunk.expected, `${path}.expected`, placesIn(interval, period))
  return {
    market: marketOf(chunk.market, `${path}.market`),
    interval,
    period: period.text,
    part: textOf(
      chunk.part,
      `${path}.part`,
      (text) => text === 'price' || text === 'volume',
      'price or volume',
    ) as Part,
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

function fieldsOf(json: unknown, path: string): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong(path, 'an object', json)
  return json as Fields
}

function listOf(json: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(json)) throw wrong(path, 'an array', json)
  if (json.length > MAX_ENTRIES) throw new WireError(path, `${json.length} entries, at most ${MAX_ENTRIES}`)
  return json
}

function textOf(json: unknown, path: string, accepts: (text: string) => boolean, expected: string): string {
  if (typeof json !== 'string' || !accepts(json)) throw wrong(path, expected, json)
  return json
}

function countOf(json: unknown, path: string, most: number, least = 0): number {
  if (typeof json !== 'number' || !Number.isSafeInteger(json) || json < least || json > most)
    throw wrong(path, `a whole number from ${least} to ${most}`, json)
  return json
}

function flagOf(json: unknown, path: string): boolean {
  if (typeof json !== 'boolean') throw wrong(path, 'true or false', json)
  return json
}

function removedOf(json: unknown, path: string): { removed?: true } {
  if (json === undefined) return {}
  if (json !== true) throw wrong(`${path}.removed`, 'true, or nothing', json)
  return { removed: true }
}

function marketOf(json: unknown, path: string): MarketId {
  return textOf(json, path, isMarketId, 'a market such as coinbase:BTC-USD') as MarketId
}

function decimalOf(json: unknown, path: string): string {
  return textOf(json, path, (text) => isPlainDecimal(text) && !text.startsWith('-'), 'a plain decimal')
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

function wrong(path: string, expected: string, given: unknown): WireError {
  return new WireError(path, `expected ${expected}, got ${shown(given)}`)
}

function shown(given: unknown): string {
  if (given === undefined) return 'nothing'
  if (typeof given === 'string') return JSON.stringify(given.slice(0, 80))
  if (typeof given === 'object' && given !== null) return Array.isArray(given) ? 'an array' : 'an object'
  return String(given)
}
