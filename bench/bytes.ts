/**
 * Bytes on the wire per candle of a month of minutes: our chunks, header and all, beside what others would send.
 */
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib'
import { encodeChunk } from '../core/chunk/encode.ts'
import { loadMonths, type Month } from './data.ts'
import type { Measurement } from './measurement.ts'
import { toArrow, toJson, toParquet } from './peers.ts'

const gzip = (data: string | Uint8Array) => gzipSync(data, { level: 9 }).length
const brotli = (data: string | Uint8Array) => brotliCompressSync(data).length // quality 11 is the default
const zstd = (data: string | Uint8Array) =>
  zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 19 } }).length

/** Measures every month at hand. */
export async function bytes(): Promise<Measurement[]> {
  const measured: Measurement[] = []
  for (const month of loadMonths()) measured.push(...(await measureMonth(month)))
  return measured
}

async function measureMonth({ label, rows, price, volume }: Month): Promise<Measurement[]> {
  const [priceBytes, volumeBytes] = [encodeChunk(price), encodeChunk(volume)]
  const json = toJson(rows)
  const arrow = await toArrow(rows)
  const jsonGzip = gzip(json)
  const jsonBrotli = brotli(json)
  const oursBrotli = brotli(priceBytes) + brotli(volumeBytes)
  const against = (to: string, base: number) => (what: string, size: number) => ({
    name: 'bytes',
    subject: `${label}: ${what}`,
    value: size / rows.length,
    unit: 'B/candle',
    ratio_to: to,
    ratio: size / base,
    n: rows.length,
  })
  const beside = against('JSON + gzip -9', jsonGzip)
  return [
    beside('chunks, price + volume, brotli-11', oursBrotli),
    against('JSON + brotli-11', jsonBrotli)('chunks, price + volume, brotli-11', oursBrotli),
    beside('chunks, price + volume, gzip -9', gzip(priceBytes) + gzip(volumeBytes)),
    beside('chunk, price only, brotli-11', brotli(priceBytes)),
    beside('chunk, price only, gzip -9', gzip(priceBytes)),
    beside('JSON + gzip -9', jsonGzip),
    beside('JSON + brotli-11', jsonBrotli),
    beside('Arrow + gzip -9', gzip(arrow)),
    beside('Arrow + zstd -19', zstd(arrow)),
    beside('Parquet, zstd, dictionaries', (await toParquet(rows, true)).length),
    beside('Parquet, zstd, plain', (await toParquet(rows, false)).length),
  ]
}
