/**
 * The decoders of chunks and tails under attack: valid bytes damaged in many ways, more than half of them with the
 * checksum made right again. What is given is refused with the decoder's own error, or means the same when encoded again.
 */
import fc from 'fast-check'
import { missingColumns } from '../../core/candle/columns.ts'
import { ChunkError, type Chunk } from '../../core/chunk/chunk.ts'
import { crc32c } from '../../core/chunk/crc.ts'
import { decodeChunk, paintChunk } from '../../core/chunk/decode.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import { spans } from '../../core/chunk/testing/arbitrary.ts'
import type { MarketId } from '../../core/market.ts'
import { WireError } from '../../core/wire/error.ts'
import { decodeTail, encodeTail } from '../../core/wire/tail.ts'
import type { Border } from './attack.ts'
import { damageBytes } from './damage.ts'

export function chunkBorder(): Border {
  const originals = fc
    .sample(spans({ maxPlaces: 20 }), { seed: 1, numRuns: 200 })
    .map(partsFromRows)
    .flatMap(({ price, volume }) => [encodeChunk(price), encodeChunk(volume)])
  return {
    name: 'chunk',
    attempt(random) {
      const bytes = damageChecked(originals, random)
      let chunk: Chunk | null = null
      try {
        chunk = decodeChunk(bytes)
      } catch (error) {
        if (!(error instanceof ChunkError)) throw broken(bytes, error)
      }
      if (chunk && !isSame(encodeChunk(chunk), bytes))
        throw broken(bytes, 'encoded again, it has other bytes')
      paintSafely(bytes, chunk)
      return chunk ? 'taken' : 'refused'
    },
  }
}

export function tailBorder(): Border {
  const originals = Array.from({ length: 40 }, (_, index) => tailOf(index))
  return {
    name: 'tail',
    attempt(random) {
      const bytes = damageChecked(originals, random)
      try {
        const tail = decodeTail(bytes)
        if (!isSame(encodeTail(tail), bytes)) throw broken(bytes, 'encoded again, it has other bytes')
        return 'taken'
      } catch (error) {
        if (!(error instanceof WireError)) throw broken(bytes, error)
        return 'refused'
      }
    },
  }
}

function tailOf(index: number): Uint8Array {
  const frames = fc
    .sample(spans({ frame: true, maxPlaces: 10 }), { seed: 10 + index, numRuns: 3 })
    .map((span, at) => ({ ...span, market: `coinbase:M${at}-USD` as MarketId }))
  return encodeTail({
    archive: '5f0c3b1e-0000-4000-8000-00000000000a',
    revision: index,
    series: frames.map((span) => {
      const { price, volume } = partsFromRows(span)
      return {
        market: span.market,
        interval: span.interval,
        firstUncoveredMs: span.startMs,
        price: encodeChunk(price),
        volume: index % 2 ? encodeChunk(volume) : null,
      }
    }),
  })
}

/** The fast way takes everything that `decodeChunk` takes, and throws nothing but `ChunkError`. */
function paintSafely(bytes: Uint8Array, chunk: Chunk | null): void {
  const { market, interval, startMs } = chunk ?? decoy
  const grid = missingColumns(market, interval, startMs, 50, true)
  try {
    paintChunk(bytes, grid)
  } catch (error) {
    if (chunk || !(error instanceof ChunkError)) throw broken(bytes, error)
  }
}

const decoy: Pick<Chunk, 'market' | 'interval' | 'startMs'> = {
  market: 'coinbase:BTC-USD' as Chunk['market'],
  interval: '1m',
  startMs: 0,
}

function damageChecked(originals: readonly Uint8Array[], random: () => number): Uint8Array {
  const bytes = damageBytes(originals, random)
  if (bytes.length >= 4 && random() < 0.6) repairChecksum(bytes)
  return bytes
}

function repairChecksum(bytes: Uint8Array): void {
  const end = bytes.length - 4
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(end, crc32c(bytes, end), true)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function broken(bytes: Uint8Array, cause: unknown): Error {
  return new Error(`${String(cause)}, given ${Buffer.from(bytes).toString('hex')}`, { cause })
}
