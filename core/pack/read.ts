/**
 * Reads a pack file piece by piece, so that a large one is never in memory at once. Nothing of it is believed before it is
 * checked: the head by its checksum and field by field, each body by its hash and as a chunk of the market.
 */
import { ChunkError, ChunkFormatError, type Chunk } from '../chunk/chunk.ts'
import { endMs } from '../chunk/combine.ts'
import { crc32c } from '../chunk/crc.ts'
import { decodeChunk } from '../chunk/decode.ts'
import { hashChunk, isChunkHash } from '../chunk/hash.ts'
import { MAX_CHUNK_BYTES } from '../chunk/layout.ts'
import { STORED_INTERVALS } from '../time/interval.ts'
import { parsePeriod } from '../time/period.ts'
import type { SyncPage } from '../wire/api.ts'
import { WireError, WireFormatError } from '../wire/error.ts'
import { countOf, fieldsOf, instantOf, listOf, textOf, wordOf } from '../wire/fields.ts'
import { readMarketsAnswer } from '../wire/lists.ts'
import { readSyncAnswer } from '../wire/sync.ts'
import {
  bodiesOf,
  MAX_HEAD_BYTES,
  PACK_FORMAT,
  PACK_MAGIC,
  PackError,
  PREFIX_BYTES,
  type PackFrame,
  type PackHead,
} from './pack.ts'

/** A file, wherever it lies. */
export interface PackSource {
  readonly size: number
  /** The bytes from `from` until before `to`; fewer where the file ends earlier. */
  read(from: number, to: number): Promise<Uint8Array>
}

export interface OpenPack {
  readonly head: PackHead
  /**
   * The body at this place of `bodiesOf`.
   *
   * @throws PackError when its bytes are not what the head says
   */
  body(index: number): Promise<Uint8Array>
}

/**
 * Reads and checks the head, and that the file is as long as it says.
 *
 * @throws PackError
 */
export async function openPack(source: PackSource): Promise<OpenPack> {
  const prefix = await source.read(0, PREFIX_BYTES)
  const head = await readHead(source, prefix)
  const bodies = bodiesOf(head)
  const starts: number[] = []
  let end = PREFIX_BYTES + viewOf(prefix).getUint32(8, true)
  for (const { size } of bodies) {
    starts.push(end)
    end += size
  }
  if (source.size < end)
    throw new PackError('truncated', `it ends after ${source.size} of ${end} bytes: copy it once more`)
  if (source.size > end)
    throw new PackError('damaged', `${source.size - end} bytes too many follow what it says to hold`)
  return {
    head,
    async body(index) {
      const { sha256, size } = bodies[index]!
      const bytes = await source.read(starts[index]!, starts[index]! + size)
      if (bytes.length < size) throw new PackError('truncated', 'it became shorter while it was read')
      const name = nameOf(head, index)
      if ((await hashChunk(bytes)) !== sha256)
        throw new PackError('damaged', `the bytes of ${name} are damaged: copy it once more`)
      checkChunk(head, index, bytes, name)
      return bytes
    },
  }
}

async function readHead(source: PackSource, prefix: Uint8Array): Promise<PackHead> {
  if (prefix.length < 4 || viewOf(prefix).getUint32(0, true) !== PACK_MAGIC)
    throw new PackError('no-pack', 'it is no pack of Crypto Tracker')
  if (prefix.length < PREFIX_BYTES) throw new PackError('truncated', 'it ends in its very head')
  const format = prefix[4]!
  if (format > PACK_FORMAT)
    throw new PackError(
      'later',
      `it was written by a newer version (format ${format}, this one reads ${PACK_FORMAT}): update the app`,
    )
  const length = viewOf(prefix).getUint32(8, true)
  if (format !== PACK_FORMAT || prefix.subarray(5, 8).some((byte) => byte !== 0) || length > MAX_HEAD_BYTES)
    throw new PackError('damaged', 'its head is damaged: copy it once more')
  const text = await source.read(PREFIX_BYTES, PREFIX_BYTES + length)
  if (text.length < length) throw new PackError('truncated', 'it ends in its head: copy it once more')
  if (crc32c(text) !== viewOf(prefix).getUint32(12, true))
    throw new PackError('damaged', 'its head is damaged: copy it once more')
  try {
    return checkHead(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)))
  } catch (error) {
    if (error instanceof WireFormatError) throw new PackError('later', error.message, error)
    // A head with the right checksum and the wrong words was written so.
    if (error instanceof WireError || error instanceof SyntaxError || error instanceof TypeError)
      throw new PackError('damaged', `its head does not say what a pack says (${error.message})`, error)
    throw error
  }
}

/** @throws WireError */
function checkHead(json: unknown): PackHead {
  const head = fieldsOf(json, 'head')
  const sync = readSyncAnswer(head.sync)
  if ('reset' in sync) throw new WireError('sync.reset', 'a pack holds a manifest')
  const [market] = readMarketsAnswer({ markets: [head.market] })
  checkLines(sync, market!.id)
  const keep = fieldsOf(head.keep, 'keep')
  return {
    sync,
    market: market!,
    tail: countOf(head.tail, 'tail', Number.MAX_SAFE_INTEGER),
    as_of: instantOf(head.as_of, 'as_of'),
    keep: {
      hour_years: countOf(keep.hour_years, 'keep.hour_years', 1_000),
      minute_days: countOf(keep.minute_days, 'keep.minute_days', 1_000_000),
    },
    frames: listOf(head.frames, 'frames').map((entry, index) => frameOf(entry, `frames[${index}]`)),
  }
}

/** @throws WireError where the manifest speaks of anything but the prices of this one market */
function checkLines(sync: SyncPage, market: string): void {
  const strange = sync.chunks.findIndex(
    (chunk) => chunk.market !== market || chunk.part !== 'price' || chunk.removed === true,
  )
  if (strange >= 0) throw new WireError(`sync.chunks[${strange}]`, `is no price chunk of ${market}`)
  if (sync.markets.some((one) => one.id !== market || one.removed))
    throw new WireError('sync.markets', `holds another market than ${market}`)
}

function frameOf(json: unknown, path: string): PackFrame {
  const frame = fieldsOf(json, path)
  return {
    interval: wordOf(frame.interval, `${path}.interval`, STORED_INTERVALS),
    sha256: textOf(frame.sha256, `${path}.sha256`, isChunkHash, 'a SHA-256') as PackFrame['sha256'],
    size: countOf(frame.size, `${path}.size`, MAX_CHUNK_BYTES, 1),
  }
}

function nameOf({ sync, frames }: PackHead, index: number): string {
  const line = sync.chunks[index]
  return line
    ? `${line.interval} ${line.period}`
    : `what is recent (${frames[index - sync.chunks.length]!.interval})`
}

/** Whether right bytes are the right thing. @throws PackError */
function checkChunk(
  { sync, market, frames }: PackHead,
  index: number,
  bytes: Uint8Array,
  name: string,
): void {
  const line = sync.chunks[index]
  const chunk = decoded(bytes, name)
  const interval = line?.interval ?? frames[index - sync.chunks.length]!.interval
  const isRight =
    chunk.market === market.id &&
    chunk.part === 'price' &&
    chunk.interval === interval &&
    chunk.frame === (line === undefined) &&
    (line === undefined || isOver(chunk, line.period))
  if (!isRight) throw new PackError('damaged', `${name} holds something else than it says`)
}

function isOver(chunk: Chunk, period: string): boolean {
  const { fromMs, toMs } = parsePeriod(period)
  return chunk.startMs === fromMs && endMs(chunk) === toMs
}

function decoded(bytes: Uint8Array, name: string): Chunk {
  try {
    return decodeChunk(bytes)
  } catch (error) {
    if (error instanceof ChunkFormatError) throw new PackError('later', error.message, error)
    if (error instanceof ChunkError)
      throw new PackError('damaged', `${name} holds no candles: ${error.message}`, error)
    throw error
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
