/** The year of minutes that pages are measured on, in every format that the site serves. */
import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { periodAt } from '../../core/time/period.ts'
import { syntheticYear, type Month } from '../data.ts'
import { toJson } from '../peers.ts'
import type { MonthFacts, YearFacts } from './api.ts'
import type { Files } from './site.ts'

/** How a server seals a chunk at once: quality 5. */
const brotli = (bytes: Uint8Array) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })

/** Month `N` as `/year/N.price`, `.volume` (chunks), `.json.gz` and `.volume.json.gz`; `/wire/…` with Content-Encoding. */
export function yearFiles(): { readonly facts: YearFacts; readonly files: Files } {
  const months = syntheticYear(1)
  const files = new Map<string, ReturnType<Files['get']> & object>()
  const binary = 'application/octet-stream'
  const facts = months.map((month, index): MonthFacts => {
    const price = encodeChunk(month.price)
    const json = pricesJson(month)
    files.set(`/year/${index}.price`, { bytes: price, type: binary })
    files.set(`/year/${index}.volume`, { bytes: encodeChunk(month.volume), type: binary })
    files.set(`/year/${index}.json.gz`, { bytes: gzipSync(json), type: binary })
    files.set(`/year/${index}.volume.json.gz`, { bytes: gzipSync(toJson(month.rows)), type: binary })
    files.set(`/wire/${index}.price`, { bytes: brotli(price), type: binary, encoding: 'br' })
    files.set(`/wire/${index}.json`, { bytes: gzipSync(json), type: 'application/json', encoding: 'gzip' })
    const { startMs } = month.price
    return {
      period: new Date(startMs).toISOString().slice(0, 7),
      fromMs: startMs,
      toMs: periodAt('month', startMs).toMs,
      rows: month.rows.length,
      sha256: createHash('sha256').update(price).digest('hex'),
      bytes: price.length,
    }
  })
  const rows = facts.reduce((sum, month) => sum + month.rows, 0)
  return { facts: { market: months[0]!.price.market, months: facts, rows }, files }
}

/** `[[start s, open, high, low, close], …]`: what the price chunks say, and no more. */
function pricesJson({ rows }: Month): string {
  const candle = ({ startMs, open, high, low, close }: Month['rows'][number]) =>
    `[${startMs / 1000},${open},${high},${low},${close}]`
  return `[${rows.map(candle).join(',')}]`
}
