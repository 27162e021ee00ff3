/**
 * A pack as a file (`docs/decisions/0018-offline.md`): what a device holds of one market, for another device. A short head with its
 * own checksum, then chunk bytes one after the other, each proved by the SHA-256 that the head names.
 */
import type { ChunkHash } from '../chunk/chunk.ts'
import type { StoredInterval } from '../time/interval.ts'
import type { SyncPage } from '../wire/api.ts'
import type { ListedMarket } from '../wire/lists.ts'

export const PACK_MAGIC = 0x4b505443 // `CTPK`, read as a little-endian number
export const PACK_FORMAT = 1
/** Magic, format, three zeros, length of the head, its CRC-32C. */
export const PREFIX_BYTES = 16
export const MAX_HEAD_BYTES = 2 ** 24

export interface PackHead {
  /** The manifest's lines of the market as the device knows them, in the shape of `sync`; one body for each chunk, in this order. */
  readonly sync: SyncPage
  readonly market: ListedMarket
  /** Revision up to which the frames tell what is recent. */
  readonly tail: number
  /** When the device heard its server last. */
  readonly as_of: string
  /** How deep the pack was on the device that wrote it. */
  readonly keep: { readonly hour_years: number; readonly minute_days: number }
  /** Bodies after those of the chunks: what no chunk covers yet. */
  readonly frames: readonly PackFrame[]
}

export interface PackFrame {
  readonly interval: StoredInterval
  readonly sha256: ChunkHash
  readonly size: number
}

/** What is wrong with a file: it is none of ours, of a later version, ends too early, or its bytes are not what they should be; or it is not for this device. */
export type PackFault = 'no-pack' | 'later' | 'truncated' | 'damaged' | 'other-server' | 'not-followed'

/** A file that is not taken; the message says why. */
export class PackError extends Error {
  override readonly name = 'PackError'
  readonly fault: PackFault

  constructor(fault: PackFault, message: string, cause?: unknown) {
    super(message, { cause })
    this.fault = fault
  }
}

/** Every body of a pack in the order of the file. */
export function bodiesOf(head: PackHead): { readonly sha256: ChunkHash; readonly size: number }[] {
  return [...head.sync.chunks, ...head.frames]
}
