/** Content-Encoding: which one a client takes, and the compression of answers made on the way. */
import { promisify } from 'node:util'
import { brotliCompress, constants, gunzip, gzip } from 'node:zlib'
import type { Encoding } from '../archive/types.ts'

export type ContentEncoding = Encoding | 'identity'

const brotliAsync = promisify(brotliCompress)
const gzipAsync = promisify(gzip)

/** Undoes gzip, off the main thread. */
export const gunzipAsync = promisify(gunzip)

/** Bodies below this size are sent as they are: they fit one packet anyway. */
export const SMALL_BYTES = 860

/** The best encoding that the `Accept-Encoding` header names: brotli, then gzip, else none. */
export function preferredEncoding(header: string | undefined): ContentEncoding {
  if (!header) return 'identity'
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  const takes = (name: string) => (weights.get(name) ?? weights.get('*') ?? 0) > 0
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity'
}

/** Compresses off the main thread. Brotli 4 is as fast as gzip 6 and smaller; 11 is for what is sent many times. */
export function compress(bytes: Uint8Array, encoding: Encoding, quality = 4): Promise<Buffer> {
  if (encoding === 'gzip') return gzipAsync(bytes, { level: quality > 4 ? 9 : 6 })
  return brotliAsync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  })
}
