/** Compression for the wire, off the event loop. */
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)

/** Milliseconds a month of minutes, some 7 percent more bytes than at its best. */
export const QUALITY_FAST = 5
/** Almost a second a month of minutes. */
export const QUALITY_BEST = 11

/** Brotli at a quality from 0 to 11. */
export function compressBrotli(bytes: Uint8Array, quality: number): Promise<Uint8Array> {
  return brotli(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: 22,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  })
}

export function brotliFast(bytes: Uint8Array): Promise<Uint8Array> {
  return compressBrotli(bytes, QUALITY_FAST)
}

export const decompressBrotli: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(brotliDecompress)

const zip = promisify(gzip)

/** As it is sent to clients that take no brotli, made when one asks: the same bytes each time. */
export function compressGzip(bytes: Uint8Array): Promise<Uint8Array> {
  return zip(bytes, { level: 6 })
}
