/**
 * The tail: what changed in the recent places of each series since a revision, one frame a part
 * (`docs/decisions/0001-wire-format.md`). The frames stay bytes; who reads them decodes them.
 */
import { ChunkError, ChunkFormatError, type Part } from '../chunk/chunk.ts'
import { crc32c } from '../chunk/crc.ts'
import { Bit, INTERVAL_CODE, intervalOf, MAX_MARKET_BYTES, readHeader, viewOf } from '../chunk/layout.ts'
import { isMarketId, type MarketId } from '../market.ts'
import { INTERVAL_MS, type StoredInterval } from '../time/interval.ts'
import { WireError, WireFormatError } from './error.ts'
import { isUuid, uuidBytes, uuidText } from './uuid.ts'

export interface TailSeries {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** First place that no chunk covers. */
  readonly firstUncoveredMs: number
  /** Frames; null when nothing changed. */
  readonly price: Uint8Array | null
  readonly volume: Uint8Array | null
}

export interface Tail {
  /** UUID of the archive. */
  readonly archive: string
  /** The head revision. */
  readonly revision: number
  readonly series: readonly TailSeries[]
}

const MAGIC = 0x4c545443 // `CTTL`, read as a little-endian number
const FORMAT = 1
const PREAMBLE_BYTES = 36
const SERIES_BYTES = 16
const CRC_BYTES = 4

/**
 * Encodes a tail.
 *
 * @throws WireError when a field does not fit its place
 */
export function encodeTail(tail: Tail): Uint8Array<ArrayBuffer> {
  if (!isUuid(tail.archive)) throw new WireError('archive', `"${tail.archive}" is no UUID`)
  if (!Number.isSafeInteger(tail.revision) || tail.revision < 0)
    throw new WireError('revision', `${tail.revision} is no revision`)
  const frames = tail.series.map(({ price, volume }) => [price?.length ?? 0, volume?.length ?? 0] as const)
  const length =
    PREAMBLE_BYTES +
    tail.series.reduce((sum, { market }) => sum + SERIES_BYTES + market.length, 0) +
    frames.reduce((sum, [price, volume]) => sum + price + volume, 0) +
    CRC_BYTES
  const bytes = new Uint8Array(length)
  const view = viewOf(bytes)
  view.setUint32(0, MAGIC, true)
  bytes[4] = FORMAT
  bytes.set(uuidBytes(tail.archive), 8)
  view.setBigUint64(24, BigInt(tail.revision), true)
  view.setUint32(32, tail.series.length, true)
  let at = PREAMBLE_BYTES
  tail.series.forEach((series, index) => {
    checkSeries(series, `series[${index}]`)
    bytes[at] = series.market.length
    bytes[at + 1] = INTERVAL_CODE[series.interval]
    view.setUint32(at + 4, series.firstUncoveredMs / 1000, true)
    view.setUint32(at + 8, frames[index]![0], true)
    view.setUint32(at + 12, frames[index]![1], true)
    at += SERIES_BYTES
    for (const character of series.market) bytes[at++] = character.charCodeAt(0)
  })
  for (const { price, volume } of tail.series) {
    for (const frame of [price, volume]) {
      if (!frame) continue
      bytes.set(frame, at)
      at += frame.length
    }
  }
  view.setUint32(at, crc32c(bytes, at), true)
  return bytes
}

/**
 * Decodes a tail; its frames are views of the bytes given, each checked to be a frame of its series.
 *
 * @throws WireError when the bytes are no tail of format 1; the path names what is wrong
 * @throws WireFormatError when the tail, or a frame in it, is of a later format
 */
export function decodeTail(bytes: Uint8Array): Tail {
  if (bytes.length < PREAMBLE_BYTES + CRC_BYTES)
    throw new WireError('tail', `${bytes.length} bytes are too short for a tail`)
  const view = viewOf(bytes)
  if (view.getUint32(0, true) !== MAGIC) throw new WireError('tail', 'the magic CTTL is not there')
  const format = bytes[4]!
  if (format > FORMAT) throw new WireFormatError('format', format)
  if (format !== FORMAT) throw new WireError('format', `format ${format} does not exist`)
  const end = bytes.length - CRC_BYTES
  if (crc32c(bytes, end) !== view.getUint32(end, true))
    throw new WireError('tail', 'the checksum does not match: the bytes are damaged')
  if (bytes[5] !== 0 || bytes[6] !== 0 || bytes[7] !== 0)
    throw new WireError('tail', 'the reserved bytes are not zero')
  const revision = Number(view.getBigUint64(24, true))
  if (!Number.isSafeInteger(revision)) throw new WireError('revision', 'beyond what a number holds')
  const count = view.getUint32(32, true)
  if (count * (SERIES_BYTES + 1) > end - PREAMBLE_BYTES)
    throw new WireError('series', `${count} series do not fit into ${bytes.length} bytes`)
  return { archive: uuidText(bytes.subarray(8, 24)), revision, series: readSeries(bytes, view, count, end) }
}

function readSeries(bytes: Uint8Array, view: DataView, count: number, end: number): TailSeries[] {
  const heads: (Pick<TailSeries, 'market' | 'interval' | 'firstUncoveredMs'> & { sizes: number[] })[] = []
  const seen = new Set<string>()
  let at = PREAMBLE_BYTES
  for (let index = 0; index < count; index++) {
    const path = `series[${index}]`
    const marketAt = at + SERIES_BYTES
    if (marketAt > end) throw new WireError(path, 'cut short')
    const marketEnd = marketAt + bytes[at]!
    if (marketEnd > end) throw new WireError(path, 'cut short')
    if (bytes[at + 2] !== 0 || bytes[at + 3] !== 0)
      throw new WireError(path, 'the reserved bytes are not zero')
    const head = {
      market: String.fromCharCode(...bytes.subarray(marketAt, marketEnd)) as MarketId,
      interval: intervalOf(bytes[at + 1]!) ?? noInterval(path, bytes[at + 1]!),
      firstUncoveredMs: view.getUint32(at + 4, true) * 1000,
      sizes: [view.getUint32(at + 8, true), view.getUint32(at + 12, true)],
    }
    checkSeries(head, path)
    const name = `${head.market} ${head.interval}`
    if (seen.has(name)) throw new WireError(path, `${name} comes twice`)
    seen.add(name)
    heads.push(head)
    at = marketEnd
  }
  const total = heads.reduce((sum, { sizes }) => sum + sizes[0]! + sizes[1]!, 0)
  if (at + total !== end)
    throw new WireError('series', `${total} bytes of frames announced, ${end - at} are there`)
  return heads.map(({ sizes, ...head }, index) => {
    const [price, volume] = (['price', 'volume'] as const).map((part, which) => {
      const frame = bytes.subarray(at, (at += sizes[which]!))
      if (frame.length === 0) return null
      checkFrame(frame, head, part, `series[${index}].${part}`)
      return frame
    })
    return { ...head, price: price!, volume: volume! }
  })
}

function noInterval(path: string, code: number): never {
  throw new WireError(`${path}.interval`, `code ${code} does not exist`)
}

function checkSeries(
  series: Pick<TailSeries, 'market' | 'interval' | 'firstUncoveredMs'>,
  path: string,
): void {
  const { market, interval, firstUncoveredMs } = series
  if (market.length > MAX_MARKET_BYTES || !isMarketId(market))
    throw new WireError(`${path}.market`, `"${market.slice(0, 80)}" is no market identifier`)
  const seconds = firstUncoveredMs / 1000
  if (!Number.isInteger(seconds) || seconds < 0 || seconds >= 2 ** 32)
    throw new WireError(`${path}.firstUncoveredMs`, `${firstUncoveredMs} ms is not between 1970 and 2106`)
  if (firstUncoveredMs % INTERVAL_MS[interval] !== 0)
    throw new WireError(
      `${path}.firstUncoveredMs`,
      `${firstUncoveredMs} ms is not on the grid of ${interval}`,
    )
}

function checkFrame(
  frame: Uint8Array,
  series: Pick<TailSeries, 'market' | 'interval'>,
  part: Part,
  path: string,
): void {
  try {
    const header = readHeader(frame)
    if ((header.bits & Bit.frame) === 0) throw new WireError(path, 'no frame')
    if (header.part !== part || header.market !== series.market || header.interval !== series.interval)
      throw new WireError(path, `a frame of ${header.market} ${header.interval} ${header.part}`)
  } catch (error) {
    if (error instanceof ChunkFormatError) throw new WireFormatError(path, error.format)
    if (error instanceof ChunkError) throw new WireError(path, error.message)
    throw error
  }
}
