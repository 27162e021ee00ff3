import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { compress, preferredEncoding } from './encoding.ts'

test.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, deflate', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br; q=0.5, gzip;q=1', 'br'],
  ['GZIP', 'gzip'],
  ['*', 'br'],
  ['*;q=0', 'identity'],
  ['br;q=0, *', 'gzip'],
  ['identity', 'identity'],
  ['', 'identity'],
  ['br;q=nonsense', 'identity'],
])('of Accept-Encoding "%s" the best is %s', (header, encoding) => {
  expect(preferredEncoding(header)).toBe(encoding)
})

test('without the header nothing is encoded', () => {
  expect(preferredEncoding(undefined)).toBe('identity')
})

test('what is compressed comes out again', async () => {
  const bytes = Buffer.from('candle '.repeat(500))
  expect(brotliDecompressSync(await compress(bytes, 'br'))).toEqual(bytes)
  expect(gunzipSync(await compress(bytes, 'gzip', 11))).toEqual(bytes)
})
