/**
 * Reading one series (market, interval, part) of the store: which pieces of bytes cover a span, in the order in which
 * they are to be laid over each other.
 */
import type { ChunkHash, Part } from '../../../core/chunk/chunk.ts'
import type { MarketId } from '../../../core/market.ts'
import type { StoredInterval } from '../../../core/time/interval.ts'
import type { Store } from './database.ts'
import type { ManifestRow, PeriodKey, TailRow } from './records.ts'

/** Some of a series' bytes and the span they lie in. */
export interface Piece {
  readonly fromMs: number
  readonly toMs: number
  readonly bytes: Uint8Array
  /** The chunk, or the period of the tail frame. */
  readonly from: { readonly hash: ChunkHash } | { readonly period: string }
}

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** Bounds of all keys that begin so: a shorter array sorts before a longer one, and an array after every string. */
export const keysUnder = (...start: readonly string[]): [unknown[], unknown[]] => [[...start], [...start, []]]

/** Every line of the manifest of a series, of one part. */
export async function manifestOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
): Promise<ManifestRow[]> {
  const [low, high] = keysUnder(market, interval)
  const rows = await store.manifest.where('[market+interval+period+part]').between(low, high).toArray()
  return rows.filter((row) => row.part === part)
}

/** Every tail frame of a series, of one part. */
export async function tailOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
): Promise<TailRow[]> {
  const [low, high] = keysUnder(market, interval)
  const rows = await store.tail.where('[market+interval+period+part]').between(low, high).toArray()
  return rows.filter((row) => row.part === part)
}

/** Keys of every tail frame of a series, of one part: their bytes stay where they are. */
export async function tailKeysOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
): Promise<PeriodKey[]> {
  const [low, high] = keysUnder(market, interval)
  const keys = await store.tail.where('[market+interval+period+part]').between(low, high).primaryKeys()
  return keys.filter((key) => key[3] === part)
}

/** Whether two half-open spans share an instant. */
export const overlaps = (a: Span, b: Span): boolean => a.fromMs < b.toMs && b.fromMs < a.toMs

/** Whether `outer` covers all of `inner`. */
export const covers = (outer: Span, inner: Span): boolean =>
  outer.fromMs <= inner.fromMs && inner.toMs <= outer.toMs

/**
 * The pieces that touch a span: chunks first (what a longer period has replaced under what replaced it),
 * then the tail, which is newer.
 */
export async function piecesOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  part: Part,
  span: Span,
): Promise<Piece[]> {
  return store.transaction('r', [store.manifest, store.chunks, store.tail], async () => {
    const held = (await manifestOf(store, market, interval, part))
      .filter((row) => row.held !== null && overlaps(row, span))
      .sort((a, b) => Number(a.sha256 !== null) - Number(b.sha256 !== null) || a.fromMs - b.fromMs)
    const chunks = await store.chunks.bulkGet(held.map((row) => row.held as ChunkHash))
    const pieces: Piece[] = []
    held.forEach((row, index) => {
      const chunk = chunks[index]
      if (chunk)
        pieces.push({ fromMs: row.fromMs, toMs: row.toMs, bytes: chunk.bytes, from: { hash: chunk.hash } })
    })
    const tail = (await tailOf(store, market, interval, part)).filter((row) => overlaps(row, span))
    for (const { fromMs, toMs, bytes, period } of tail.sort((a, b) => a.fromMs - b.fromMs))
      pieces.push({ fromMs, toMs, bytes, from: { period } })
    return pieces
  })
}

/** The spans of which a series holds bytes, without reading them. */
export async function heldSpans(store: Store, market: MarketId, interval: StoredInterval): Promise<Span[]> {
  const [manifest, tail] = await Promise.all([
    manifestOf(store, market, interval, 'price'),
    tailOf(store, market, interval, 'price'),
  ])
  return [...manifest.filter((row) => row.held !== null), ...tail]
}

/** Takes a damaged piece out of the store, so that the next sync fetches it again. */
export async function dropDamaged(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  piece: Piece,
): Promise<void> {
  const { from } = piece
  await store.transaction('rw', [store.chunks, store.tail, store.positions], async () => {
    if ('hash' in from) return store.chunks.delete(from.hash)
    await store.tail.delete([market, interval, from.period, 'price'])
    await store.positions.update(market, { tail: 0 })
  })
}
