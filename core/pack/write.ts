/** Writes the head of a pack file; the bodies follow it as they are. */
import { crc32c } from '../chunk/crc.ts'
import { PACK_FORMAT, PACK_MAGIC, PREFIX_BYTES, type PackHead } from './pack.ts'

export function encodeHead(head: PackHead): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(head))
  const bytes = new Uint8Array(PREFIX_BYTES + text.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, PACK_MAGIC, true)
  bytes[4] = PACK_FORMAT
  view.setUint32(8, text.length, true)
  view.setUint32(12, crc32c(text), true)
  bytes.set(text, PREFIX_BYTES)
  return bytes
}
