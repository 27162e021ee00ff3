import { expect, test, vi } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import type { Archive, Market } from '../archive/types.ts'
import type { Provider, ProviderHealth } from '../providers/types.ts'
import type { Sources } from '../sources.ts'
import { createOperations, type OperationParts } from './operations.ts'

const ids = ['coinbase:BTC-USD', 'kraken:BTC-EUR', 'csv:MINE'] as const
const bitcoin = parseMarketId(ids[0]).id

/** What asks an archive of three markets of three sources why something is missing. */
function open() {
  const more = { tick: null, status: 'live', minutesFromMs: null } as const
  const markets: Market[] = ids.map((id) => ({ ...parseMarketId(id), name: id, ...more }))
  const asked = vi.fn<Archive['gaps']>(async () => [])
  const archive = { markets: async () => markets, gaps: asked } as Partial<Archive> as Archive
  const need = vi.fn(async (source: string) => {
    const health = () => ({ limitedUntilMs: null }) as Partial<ProviderHealth> as ProviderHealth
    const intervals = ['1m', '1h', '1d'] as const
    return { source, foundedMs: 0, reach: null, intervals, health } as Partial<Provider> as Provider
  })
  const sources = { need } as Partial<Sources> as Sources
  const parts = { archive, sources, clock: { now: () => 0 }, logos: null } as Partial<OperationParts>
  return { need, asked, operations: createOperations(parts as OperationParts) }
}

test('why one market lacks something is asked of its own source alone, which is opened for it', async () => {
  const { need, asked, operations } = open()
  await operations.gaps(bitcoin, '1d')
  expect(need.mock.calls).toEqual([['coinbase']])
  expect(Object.keys(asked.mock.calls[0]![2])).toEqual(['coinbase'])
})

test('of all markets every source is asked but that of imported ones', async () => {
  const { need, operations } = open()
  await operations.gaps(null, null)
  expect(need.mock.calls).toEqual([['coinbase'], ['kraken']])
})
