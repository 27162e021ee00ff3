/**
 * The name of a chunk: the SHA-256 of its bytes. By the platform where it offers it (https and localhost), else in
 * JavaScript, which is loaded only then.
 */
import type { ChunkHash } from './chunk.ts'

/** Lower-case hexadecimal SHA-256 of the decoded bytes of a chunk. */
export async function hashChunk(bytes: Uint8Array): Promise<ChunkHash> {
  const digest = await sha256(bytes)
  let text = ''
  for (const byte of digest) text += byte.toString(16).padStart(2, '0')
  return text as ChunkHash
}

async function sha256(bytes: Uint8Array): Promise<Uint8Array> {
  // Plain http from another machine is no secure context: `crypto.subtle` is not there, or `crypto` itself.
  const subtle = (globalThis as { crypto?: { subtle?: SubtleDigest } }).crypto?.subtle
  if (subtle) return new Uint8Array(await subtle.digest('SHA-256', bytes))
  const { sha256: digest } = await import('@noble/hashes/sha2.js')
  return digest(bytes)
}

/** The one method used, in the same words in Node and in the browser. */
interface SubtleDigest {
  digest(algorithm: 'SHA-256', bytes: Uint8Array): Promise<ArrayBuffer>
}

/** Whether the text has the form of a chunk's name. */
export function isChunkHash(text: string): text is ChunkHash {
  return /^[0-9a-f]{64}$/.test(text)
}
