/**
 * A pack file under attack, as somebody else's device may have written it: its bytes damaged, or its head written anew with a
 * right checksum. It is refused with `PackError`, or everything in it is a price chunk of its one market.
 */
import fc from 'fast-check'
import { decodeChunk } from '../../core/chunk/decode.ts'
import { encodeChunk } from '../../core/chunk/encode.ts'
import { hashChunk } from '../../core/chunk/hash.ts'
import { partsFromRows } from '../../core/chunk/rows.ts'
import { spans } from '../../core/chunk/testing/arbitrary.ts'
import type { MarketId } from '../../core/market.ts'
import { bodiesOf, PackError, type PackFrame, type PackHead } from '../../core/pack/pack.ts'
import { openPack, type PackSource } from '../../core/pack/read.ts'
import { encodeHead } from '../../core/pack/write.ts'
import { pick, type Border } from './attack.ts'
import { damageBytes, damageJson } from './damage.ts'

const MARKET = 'coinbase:BTC-USD' as MarketId

interface Original {
  readonly head: PackHead
  readonly bodies: readonly Uint8Array[]
}

export async function packBorder(): Promise<Border> {
  const originals = await Promise.all(Array.from({ length: 20 }, (_, index) => original(index)))
  const files = originals.map(({ head, bodies }) => joined([encodeHead(head), ...bodies]))
  return {
    name: 'pack',
    async attempt(random) {
      const chosen = pick(random, originals)
      const bytes =
        random() < 0.5
          ? damageBytes(files, random)
          : joined([encodeHead(damageJson(chosen.head, random) as PackHead), ...chosen.bodies])
      try {
        const pack = await openPack(sourceOf(bytes))
        for (const [index] of bodiesOf(pack.head).entries()) {
          const chunk = decodeChunk(await pack.body(index))
          if (chunk.market !== pack.head.market.id || chunk.part !== 'price')
            throw new Error(`${chunk.part} of ${chunk.market} came through`)
        }
        return 'taken'
      } catch (error) {
        if (!(error instanceof PackError)) throw error
        return 'refused'
      }
    },
  }
}

/** Frames alone: a span of any length is one, and what is said of chunks is the same. */
async function original(index: number): Promise<Original> {
  const bodies = fc
    .sample(spans({ frame: true, maxPlaces: 8 }), { seed: 100 + index, numRuns: 2 })
    .map((span) => encodeChunk(partsFromRows({ ...span, market: MARKET }).price))
  const frames = await Promise.all(
    bodies.map(async (bytes): Promise<PackFrame> => ({
      interval: decodeChunk(bytes).interval,
      sha256: await hashChunk(bytes),
      size: bytes.length,
    })),
  )
  const head: PackHead = {
    sync: {
      archive: '5f0c3b1e-0102-4304-8506-0708090a0b0c',
      revision: 812,
      more: false,
      format: 1,
      sample_seconds: 60,
      simulated: false,
      markets: [{ id: MARKET, tick: '0.01', name: 'Bitcoin', status: 'live' }],
      chunks: [],
    },
    market: { id: MARKET, base: 'BTC', quote: 'USD', name: 'Bitcoin', tick: '0.01', status: 'live' },
    tail: 812,
    as_of: '2024-03-01T12:00:00Z',
    keep: { hour_years: 2, minute_days: 30 },
    frames,
  }
  return { head, bodies }
}

function sourceOf(bytes: Uint8Array): PackSource {
  return { size: bytes.length, read: (from, to) => Promise.resolve(bytes.subarray(from, to)) }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}
