import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChunkError, ChunkFormatError } from './chunk.ts'
import { decodeChunk } from './decode.ts'
import { encodeChunk } from './encode.ts'
import { partsFromRows } from './rows.ts'
import { spans } from './testing/arbitrary.ts'

const parts = fc.sample(spans({ maxPlaces: 20 }), { seed: 1, numRuns: 20 }).map(partsFromRows)
const chunks = parts.map(({ price }) => encodeChunk(price))

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
