import { afterEach, expect, test, vi } from 'vitest'
import { hashChunk, isChunkHash } from './hash.ts'

// FIPS 180-2, appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
const bytes = new TextEncoder().encode('abc')

afterEach(() => {
  vi.unstubAllGlobals()
})

test('the name is the SHA-256 in lower-case hexadecimal', async () => {
  expect(await hashChunk(bytes)).toBe(ABC)
  expect(isChunkHash(ABC)).toBe(true)
  expect(isChunkHash(ABC.toUpperCase())).toBe(false)
})

test('a view into a larger buffer is hashed without what lies around it', async () => {
  const around = Uint8Array.of(9, 9, ...bytes, 9)
  expect(await hashChunk(around.subarray(2, 5))).toBe(ABC)
})

test.each([
  ['without crypto.subtle, as over plain http', {}],
  ['without crypto at all', undefined],
])('%s it is the same', async (_, crypto) => {
  vi.stubGlobal('crypto', crypto)
  expect(await hashChunk(bytes)).toBe(ABC)
  expect(await hashChunk(Uint8Array.of(9, ...bytes).subarray(1))).toBe(ABC)
})
