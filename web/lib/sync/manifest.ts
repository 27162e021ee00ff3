/**
 * The first step of a sync: brings the manifest of all markets to the server's newest revision, page by page,
 * each page and its position in one transaction.
 */
import { parseMarketId, type MarketId } from '../../../core/market.ts'
import { parsePeriod } from '../../../core/time/period.ts'
import type { SyncChunk, SyncMarket, SyncPage } from '../../../core/wire/api.ts'
import { readSyncAnswer } from '../../../core/wire/sync.ts'
import type { Store } from '../store/database.ts'
import type { ArchiveRow, ManifestRow, PeriodKey } from '../store/records.ts'
import { dropOrphans, dropSuperseded, forgetMarket } from '../store/drop.ts'
import { askJson } from './request.ts'
import type { SyncContext } from './context.ts'

interface Question {
  readonly since: number
  readonly archive: string | null
  readonly market?: MarketId
}

/**
 * Brings the manifest up to date.
 *
 * @returns whether anything but the position changed
 * @throws RequestError, WireError; WireFormatError when the server speaks a later format, and then nothing has changed
 */
export async function pullManifest(context: SyncContext): Promise<boolean> {
  const { store } = context
  const known = await store.meta.get('archive')
  let since = known?.revision ?? 0
  let changed = false
  for (;;) {
    const page = await askPage(context, { since, archive: known?.archive ?? null })
    if (page === 'reset') {
      await startOver(context)
      return true
    }
    await applyPage(store, page, { now: context.now(), whole: since === 0 })
    changed ||= page.markets.length > 0 || page.chunks.length > 0
    since = page.revision
    if (!page.more) break
  }
  const strangers = (await store.positions.toArray()).filter((position) => !position.whole)
  for (const { market } of strangers) await pullMarket(context, market)
  return changed || strangers.length > 0
}

async function askPage(context: SyncContext, question: Question): Promise<SyncPage | 'reset'> {
  const query = new URLSearchParams({ since: String(question.since) })
  if (question.archive !== null) query.set('archive', question.archive)
  if (question.market) query.set('markets', question.market)
  const answer = readSyncAnswer(await askJson(context.fetch, `/api/v1/sync?${query}`, context.signal))
  if ('reset' in answer) return 'reset'
  context.heard(answer)
  return answer
}

/** Another archive, or an older one: what was known of it is dropped as soon as the new manifest is whole. */
async function startOver(context: SyncContext): Promise<void> {
  const pages: SyncPage[] = []
  let since = 0
  for (;;) {
    const page = await askPage(context, { since, archive: null })
    if (page === 'reset')
      throw new Error('The server asks to start over from the very beginning: it is broken')
    pages.push(page)
    since = page.revision
    if (!page.more) break
  }
  const { store } = context
  await store.transaction('rw', store.tables, async () => {
    const followed = new Set(pages.flatMap((page) => page.markets.map((market) => market.id)))
    const gone = (await store.markets.toCollection().primaryKeys()).filter((market) => !followed.has(market))
    for (const market of gone) await forgetMarket(store, market)
    // Chunk bytes stay: their names are their hashes, and the new manifest takes them up again.
    await Promise.all([store.meta.clear(), store.positions.clear(), store.manifest.clear()])
    for (const page of pages) await applyPage(store, page, { now: context.now(), whole: true })
    await dropOrphans(store)
  })
}

/** A market that joined after the shared position asks for its own past. */
async function pullMarket(context: SyncContext, market: MarketId): Promise<void> {
  let since = 0
  for (;;) {
    const page = await askPage(context, { since, archive: null, market })
    if (page === 'reset') return
    await applyChunks(context.store, page.chunks)
    since = page.revision
    if (!page.more) break
  }
  await context.store.positions.update(market, { whole: true })
}

/** Stores one page with its position. `whole`: it belongs to a reading of the log from its start. */
async function applyPage(
  store: Store,
  page: SyncPage,
  { now, whole }: { readonly now: number; readonly whole: boolean },
): Promise<void> {
  await store.transaction('rw', store.tables, async () => {
    for (const market of page.markets) {
      if (market.removed) await forgetMarket(store, market.id)
      else await putMarket(store, market, whole)
    }
    await applyChunks(store, page.chunks)
    const before = await store.meta.get('archive')
    const position: ArchiveRow = {
      key: 'archive',
      archive: page.archive,
      revision: page.revision,
      sampleSeconds: page.sample_seconds,
      simulated: page.simulated,
      quotes: page.quotes,
      lastSuccessMs: now,
      listed: page.markets.length === 0 && before?.listed === true,
    }
    await store.meta.put(position)
  })
}

/** Adds or changes a market. */
async function putMarket(store: Store, market: SyncMarket, whole: boolean): Promise<void> {
  const before = await store.markets.get(market.id)
  const { id, source, base, quote } = parseMarketId(market.id)
  await store.markets.put({
    // What only the server's list tells stays until that is read.
    ...before,
    market: id,
    order: before?.order ?? (await store.markets.count()),
    source,
    base: before?.base ?? base,
    quote: before?.quote ?? quote,
    name: market.name ?? before?.name ?? base,
    tick: market.tick !== undefined ? market.tick : (before?.tick ?? null),
    status: market.status ?? before?.status ?? 'live',
  })
  if (!(await store.positions.get(id))) await store.positions.put({ market: id, whole, tail: 0 })
}

const keyOf = (chunk: SyncChunk): PeriodKey => [chunk.market, chunk.interval, chunk.period, chunk.part]

/** Enters chunk lines. The bytes that a line held stay until those it now names are here. */
async function applyChunks(store: Store, chunks: readonly SyncChunk[]): Promise<void> {
  if (chunks.length === 0) return
  await store.transaction('rw', [store.manifest, store.chunks], async () => {
    const before = await store.manifest.bulkGet(chunks.map(keyOf))
    const here = await store.chunks.bulkGet(chunks.map((chunk) => chunk.sha256))
    const put: ManifestRow[] = []
    const remove: PeriodKey[] = []
    chunks.forEach((chunk, index) => {
      const held = here[index] ? chunk.sha256 : (before[index]?.held ?? null)
      if (chunk.removed && held === null) {
        remove.push(keyOf(chunk))
        return
      }
      const { fromMs, toMs } = parsePeriod(chunk.period)
      const { market, interval, period, part, bytes, size, rows, expected, revision } = chunk
      const sha256 = chunk.removed ? null : chunk.sha256
      put.push({
        market,
        interval,
        period,
        part,
        fromMs,
        toMs,
        sha256,
        bytes,
        size,
        rows,
        expected,
        revision,
        held,
      })
    })
    await store.manifest.bulkDelete(remove)
    await store.manifest.bulkPut(put)
    const series = new Map(chunks.map((chunk) => [`${chunk.market} ${chunk.interval} ${chunk.part}`, chunk]))
    for (const chunk of series.values()) await dropSuperseded(store, chunk.market, chunk.interval, chunk.part)
  })
}
