/**
 * Takes a pack file of another device into the store. The whole file is checked before anything of it is stored; then each
 * chunk is a transaction of its own, as in a sync, and what is newer here stays.
 */
import { decodeChunk } from '../../../core/chunk/decode.ts'
import type { MarketId } from '../../../core/market.ts'
import { bodiesOf, PackError, type PackHead } from '../../../core/pack/pack.ts'
import { openPack, type OpenPack, type PackSource } from '../../../core/pack/read.ts'
import { parsePeriod } from '../../../core/time/period.ts'
import type { SyncChunk } from '../../../core/wire/api.ts'
import type { Store } from '../store/database.ts'
import { dropLines, dropSuperseded } from '../store/drop.ts'
import { wishOf } from '../store/packs.ts'
import type { ManifestRow } from '../store/records.ts'
import { covers, manifestOf } from '../store/series.ts'
import { mergeFrame } from '../sync/tail.ts'

export interface ImportReport {
  readonly market: MarketId
  /** Periods that the device did not have. */
  readonly taken: number
  /** Periods that it had, or had newer. */
  readonly kept: number
}

/**
 * @param progress share of the work that is done, 0 to 1
 * @throws PackError when the file is damaged, cut off, of a later version, or of another server than the one followed here
 */
export async function takePackFile(
  store: Store,
  source: PackSource,
  progress: (share: number) => void,
): Promise<ImportReport> {
  const pack = await openPack(source)
  const { head } = pack
  const isKnown = await checkOrigin(store, head)
  const count = bodiesOf(head).length
  for (let index = 0; index < count; index++) {
    await pack.body(index)
    progress(((index + 1) / count) * 0.5)
  }
  await follow(store, head)
  let taken = 0
  for (const [index, line] of head.sync.chunks.entries()) {
    if (await takeChunk(store, line, await pack.body(index))) taken++
    progress(0.5 + ((index + 1) / count) * 0.5)
  }
  const framed = await takeFrames(store, pack)
  // The server has the last word: it is asked for this market anew.
  if (isKnown) await store.positions.update(head.market.id, { whole: false, ...(framed && { tail: 0 }) })
  progress(1)
  return { market: head.market.id, taken, kept: head.sync.chunks.length - taken }
}

/** Whether the device follows the file's server already. @throws PackError where it follows another: two histories would be mixed */
async function checkOrigin(store: Store, { sync, market }: PackHead): Promise<boolean> {
  const archive = await store.meta.get('archive')
  if (!archive) return false
  if (archive.archive !== sync.archive)
    throw new PackError(
      'other-server',
      'it comes from another server than the one that this device follows (or from before that was restored)',
    )
  if (sync.revision <= archive.revision && !(await store.markets.get(market.id)))
    throw new PackError('not-followed', `${market.id} is no longer followed by the server`)
  return true
}

/** The market is followed from here on, as deep as the deeper of the two packs; on an empty device so is its server. */
async function follow(store: Store, { sync, market, as_of, keep }: PackHead): Promise<void> {
  await store.transaction('rw', [store.meta, store.markets, store.positions, store.packs], async () => {
    const archive = await store.meta.get('archive')
    if (!archive)
      await store.meta.put({
        key: 'archive',
        archive: sync.archive,
        // The manifest of the other markets is still to be asked, from its beginning.
        revision: 0,
        sampleSeconds: sync.sample_seconds,
        simulated: sync.simulated,
        lastSuccessMs: Date.parse(as_of),
        listed: false,
      })
    const { id, ...listed } = market
    if (!(await store.markets.get(id))) {
      const order = await store.markets.count()
      const source = id.slice(0, id.indexOf(':'))
      await store.markets.put({ market: id, order, source, ...listed })
      await store.positions.put({ market: id, whole: archive === undefined, tail: 0 })
    }
    const wish = wishOf(await store.packs.get(id))
    await store.packs.put({
      market: id,
      ...wish,
      hourYears: Math.max(wish.hourYears, keep.hour_years),
      minuteDays: Math.max(wish.minuteDays, keep.minute_days),
    })
  })
}

/** Stores a chunk with its line; false where it is here already, or something newer is. */
async function takeChunk(store: Store, line: SyncChunk, bytes: Uint8Array): Promise<boolean> {
  const { market, interval, period, part, sha256, size, rows, expected, revision } = line
  const { fromMs, toMs } = parsePeriod(period)
  return store.transaction('rw', [store.manifest, store.chunks, store.tail], async () => {
    const lines = await manifestOf(store, market, interval, part)
    const current = lines.find((row) => row.period === period)
    const isOther = current !== undefined && current.sha256 !== sha256
    if (isOther && (current.sha256 === null || current.revision >= revision)) return false
    if (current?.held === sha256) return false
    const isLonger = (row: ManifestRow) =>
      row.period !== period && row.sha256 !== null && covers(row, { fromMs, toMs })
    if (!current && lines.some(isLonger)) return false
    await store.chunks.put({ hash: sha256, bytes })
    if (current && current.held !== null) await store.chunks.delete(current.held)
    const put: ManifestRow = {
      market,
      interval,
      period,
      part,
      fromMs,
      toMs,
      sha256,
      bytes: line.bytes,
      size,
      rows,
      expected,
      revision,
      held: sha256,
    }
    await store.manifest.put(put)
    // Shorter ones that it was made of.
    await dropLines(
      store,
      lines.filter((row) => row.period !== period && covers(put, row) && row.revision <= revision),
    )
    await dropSuperseded(store, market, interval, part)
    return true
  })
}

/** What no chunk covers, where the file knows more of it than this device; whether it does. */
async function takeFrames(store: Store, pack: OpenPack): Promise<boolean> {
  const { sync, frames, tail, market } = pack.head
  const position = await store.positions.get(market.id)
  if (!position || position.tail >= tail) return false
  for (const index of frames.keys())
    await mergeFrame(store, decodeChunk(await pack.body(sync.chunks.length + index)), tail)
  return true
}

/** A file that somebody chose, read where it is asked for only. */
export function sourceOf(file: Blob): PackSource {
  return {
    size: file.size,
    read: async (from, to) => new Uint8Array(await file.slice(from, to).arrayBuffer()),
  }
}
