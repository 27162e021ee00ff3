/**
 * An attacker of the decoders: valid chunks and tails, damaged in many ways, half of them with the checksum made
 * right again. What is given is refused with the decoder's own error, or means the same when encoded again.
 */
import { missingColumns } from '../../candle/columns.ts'
import { decodeTail, encodeTail } from '../../wire/tail.ts'
import { WireError } from '../../wire/error.ts'
import { ChunkError, type Chunk } from '../chunk.ts'
import { crc32c } from '../crc.ts'
import { decodeChunk, paintChunk } from '../decode.ts'
import { encodeChunk } from '../encode.ts'
import { randomFrom } from './random.ts'

export interface AttackReport {
  readonly refused: number
  /** Bytes that were a chunk all the same. */
  readonly taken: number
}

/**
 * Attacks `decodeChunk` and `paintChunk`.
 *
 * @param seeds valid chunks to start from
 * @throws Error when a decoder throws anything but `ChunkError`, the two disagree on a chunk, or what was taken does not
 * encode to the bytes given
 */
export function attackChunks(seeds: readonly Uint8Array[], tries: number, seed: number): AttackReport {
  const random = randomFrom(seed)
  const report = { refused: 0, taken: 0 }
  for (let attempt = 0; attempt < tries; attempt++) {
    const bytes = damage(seeds, random)
    let chunk: Chunk | null = null
    try {
      chunk = decodeChunk(bytes)
    } catch (error) {
      if (!(error instanceof ChunkError)) throw broken(bytes, error)
    }
    if (chunk) {
      report.taken++
      if (!isSame(encodeChunk(chunk), bytes)) throw broken(bytes, 'encoded again, it has other bytes')
    } else report.refused++
    paintSafely(bytes, chunk)
  }
  return report
}

/** Attacks `decodeTail`. */
export function attackTails(seeds: readonly Uint8Array[], tries: number, seed: number): AttackReport {
  const random = randomFrom(seed)
  const report = { refused: 0, taken: 0 }
  for (let attempt = 0; attempt < tries; attempt++) {
    const bytes = damage(seeds, random)
    try {
      const tail = decodeTail(bytes)
      if (!isSame(encodeTail(tail), bytes)) throw broken(bytes, 'encoded again, it has other bytes')
      report.taken++
    } catch (error) {
      if (!(error instanceof WireError)) throw broken(bytes, error)
      report.refused++
    }
  }
  return report
}

/** The fast way takes everything that `decodeChunk` takes, and throws nothing but `ChunkError`. */
function paintSafely(bytes: Uint8Array, chunk: Chunk | null): void {
  const { market, interval, startMs } = chunk ?? decoy
  const grid = missingColumns(market, interval, startMs, 50, true)
  try {
    paintChunk(bytes, grid)
  } catch (error) {
    if (chunk || !(error instanceof ChunkError)) throw broken(bytes, error)
  }
}

const decoy: Pick<Chunk, 'market' | 'interval' | 'startMs'> = {
  market: 'coinbase:BTC-USD' as Chunk['market'],
  interval: '1m',
  startMs: 0,
}

function damage(seeds: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (limit: number) => Math.floor(random() * limit)
  const original = seeds[below(seeds.length)]!
  const bytes = DAMAGES[below(DAMAGES.length)]!(original, below, seeds)
  if (bytes.length >= 4 && random() < 0.6) repairChecksum(bytes)
  return bytes
}

type Damage = (
  bytes: Uint8Array,
  below: (limit: number) => number,
  seeds: readonly Uint8Array[],
) => Uint8Array

const flipBits =
  (reach: (bytes: Uint8Array) => number): Damage =>
  (bytes, below) => {
    const out = bytes.slice()
    for (let flip = below(6); flip >= 0; flip--) out[below(reach(out))]! ^= 1 << below(8)
    return out
  }

const DAMAGES: readonly Damage[] = [
  flipBits((bytes) => bytes.length),
  flipBits((bytes) => Math.min(bytes.length, 40)),
  // One byte of the header to any value, small and extreme ones more often.
  (bytes, below) => {
    const out = bytes.slice()
    out[4 + below(60)] = [0, 1, 255, 128, below(256), below(10)][below(6)]!
    return out
  },
  // Cut short, or with something behind.
  (bytes, below) => bytes.slice(0, below(bytes.length)),
  (bytes, below) => {
    const out = new Uint8Array(bytes.length + 1 + below(20))
    out.set(bytes)
    return out
  },
  // A stretch taken out, so that lengths and counts shift against each other.
  (bytes, below) => {
    const from = below(bytes.length)
    const to = from + below(12)
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)])
  },
  // The head of one and the body of another.
  (bytes, below, seeds) => {
    const other = seeds[below(seeds.length)]!
    const at = below(Math.min(bytes.length, other.length))
    return Uint8Array.from([...bytes.subarray(0, at), ...other.subarray(at)])
  },
  // Noise, sometimes behind a good beginning.
  (bytes, below) => {
    const out = Uint8Array.from({ length: below(300) }, () => below(256))
    out.set(bytes.subarray(0, Math.min(below(60), out.length)))
    return out
  },
]

function repairChecksum(bytes: Uint8Array): void {
  const end = bytes.length - 4
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(end, crc32c(bytes, end), true)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

function broken(bytes: Uint8Array, cause: unknown): Error {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return new Error(`${String(cause)}, given ${hex}`, { cause })
}
