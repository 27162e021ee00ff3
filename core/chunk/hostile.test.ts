import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MarketId } from '../market.ts'
import { encodeTail } from '../wire/tail.ts'
import { ChunkError, ChunkFormatError } from './chunk.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows } from './rows.ts'
import { spans } from './testing/arbitrary.ts'
import { attackChunks, attackTails } from './testing/hostile.ts'

const parts = fc.sample(spans({ maxPlaces: 20 }), { seed: 1, numRuns: 200 }).map(partsFromRows)
const chunks = parts.flatMap(({ price, volume }) => [encodeChunk(price), encodeChunk(volume)])

test('damaged chunks are refused with a ChunkError or are chunks in their one form', () => {
  const report = attackChunks(chunks, 20_000, 2)
  expect(report.refused).toBeGreaterThan(10_000)
  // Repaired checksums over flipped prices make valid chunks: the attack reaches behind the checksum.
  expect(report.taken).toBeGreaterThan(500)
})

test('damaged tails are refused with a WireError or are tails in their one form', () => {
  const tails = Array.from({ length: 40 }, (_, index) => {
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
  })
  const report = attackTails(tails, 5_000, 3)
  expect(report.refused).toBeGreaterThan(2_000)
  expect(report.taken).toBeGreaterThan(0)
})

test('bytes that announce more than they hold are refused before anything is allocated for it', () => {
  const bytes = chunks[0]!.slice()
  new DataView(bytes.buffer).setUint32(32, 0xffffffff, true)
  bytes[7]! |= 16
  const before = process.memoryUsage().arrayBuffers
  expect(() => decodeChunk(bytes)).toThrow(ChunkError)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000)
})

test('a later format asks for an update of the program', () => {
  const bytes = chunks[0]!.slice()
  bytes[4] = 2
  expect(() => decodeChunk(bytes)).toThrow(ChunkFormatError)
  expect(() => decodeChunk(bytes)).toThrow('update')
})
