/** Writes the prices that lie here of a market into one file for another device. Bodies go into the file one by one, the head last. */
import type { ChunkHash } from '../../../core/chunk/chunk.ts'
import { hashChunk } from '../../../core/chunk/hash.ts'
import type { MarketId } from '../../../core/market.ts'
import { encodeHead } from '../../../core/pack/write.ts'
import type { PackFrame } from '../../../core/pack/pack.ts'
import { STORED_INTERVALS } from '../../../core/time/interval.ts'
import { isoSeconds } from '../../../core/time/iso.ts'
import { WIRE_FORMAT, type SyncChunk } from '../../../core/wire/api.ts'
import type { Store } from '../store/database.ts'
import { wishOf } from '../store/packs.ts'
import { manifestOf, tailOf } from '../store/series.ts'

/** @throws Error where the device follows no such market */
export async function writePackFile(store: Store, market: MarketId): Promise<File> {
  const [archive, row, position, pack] = await Promise.all([
    store.meta.get('archive'),
    store.markets.get(market),
    store.positions.get(market),
    store.packs.get(market),
  ])
  if (!archive || !row) throw new Error(`${market} is not on this device: there is nothing to save`)
  const bodies: Blob[] = []
  const chunks: SyncChunk[] = []
  const frames: PackFrame[] = []
  for (const interval of STORED_INTERVALS) {
    const lines = await manifestOf(store, market, interval, 'price')
    for (const line of lines.filter(({ sha256, held }) => sha256 !== null && held === sha256)) {
      const chunk = await store.chunks.get(line.held as ChunkHash)
      // Taken away by the browser meanwhile: the other device fetches it.
      if (!chunk) continue
      const { period, part, bytes, rows, expected, revision } = line
      const size = chunk.bytes.length
      chunks.push({
        market,
        interval,
        period,
        part,
        sha256: chunk.hash,
        bytes,
        size,
        rows,
        expected,
        revision,
      })
      bodies.push(new Blob([chunk.bytes as Uint8Array<ArrayBuffer>]))
    }
  }
  for (const interval of STORED_INTERVALS)
    for (const { bytes } of await tailOf(store, market, interval, 'price')) {
      frames.push({ interval, sha256: await hashChunk(bytes), size: bytes.length })
      bodies.push(new Blob([bytes as Uint8Array<ArrayBuffer>]))
    }
  const { hourYears, minuteDays } = wishOf(pack)
  const { base, quote, name, symbol, tick, status, paused, continues } = row
  const head = encodeHead({
    sync: {
      archive: archive.archive,
      revision: archive.revision,
      more: false,
      format: WIRE_FORMAT,
      sample_seconds: archive.sampleSeconds,
      simulated: archive.simulated,
      markets: [{ id: market, tick, name, status }],
      chunks,
    },
    market: {
      id: market,
      base,
      quote,
      name,
      tick,
      status,
      ...(symbol !== undefined && { symbol }),
      ...(paused && { paused }),
      ...(continues && { continues }),
    },
    tail: position?.tail ?? 0,
    as_of: isoSeconds(archive.lastSuccessMs),
    keep: { hour_years: hourYears, minute_days: minuteDays },
    frames,
  })
  const fileName = `${market.replace(/[^A-Za-z0-9-]+/g, '-')}-${isoSeconds(archive.lastSuccessMs).slice(0, 10)}.ctpack`
  return new File([head, ...bodies], fileName, { type: 'application/octet-stream' })
}
