import { expect, test, vi } from 'vitest'
import { parseMarketId } from '../../core/market.ts'
import type { ListedMarket, Provider } from '../providers/types.ts'
import type { Sources } from '../sources.ts'
import { createSearch } from './search.ts'

/** A source that is asked for coins, priced in dollars and euros, and finds those whose names bear the words. */
function open(names: readonly string[]) {
  const coins = names.map((name, i): ListedMarket[] => {
    const base = name.toLowerCase().replaceAll(' ', '-')
    const more = { name, tick: null, active: true, rank: names.length - i, logo: `https://pictures/${base}` }
    return ['usd', 'eur'].map((quote) => ({ ...parseMarketId(`coingecko:${base}-${quote}`), ...more }))
  })
  const provider = {
    source: 'coingecko',
    foundedMs: 0,
    intervals: ['1h', '1d'],
    isSampled: true,
    reach: null,
    search: vi.fn(async (text: string) =>
      coins.flat().filter(({ name }) => name.toLowerCase().includes(text)),
    ),
  } as Partial<Provider> as Provider
  const sources = { searchable: ['coingecko'], need: async () => provider } as Partial<Sources> as Sources
  const logos = { want: vi.fn() }
  return { provider, logos, search: createSearch({ sources, clock: { now: () => 0 }, logos }) }
}

const idsOf = ({ markets }: { markets: readonly { id: string }[] }) => markets.map(({ id }) => id)

test('a currency behind a coin is what it is to be quoted in', async () => {
  const { provider, search } = open(['Wrapped BTC', 'Rocket Pool ETH'])
  expect(idsOf(await search.find('rocket pool eur', null))).toEqual(['coingecko:rocket-pool-eth-eur'])
  expect(provider.search).toHaveBeenCalledExactlyOnceWith('rocket pool')
})

test.each([
  ['wrapped btc', 'wrapped-btc'],
  ['Rocket Pool ETH', 'rocket-pool-eth'],
])('where nothing is quoted in it, it is a part of the name: %s', async (text, coin) => {
  const { search } = open([
    'Wrapped BTC and more',
    'Wrapped BTC',
    'Rocket Pool ETH and more',
    'Rocket Pool ETH',
  ])
  const found = idsOf(await search.find(text, null))
  expect(found.slice(0, 2)).toEqual([`coingecko:${coin}-usd`, `coingecko:${coin}-eur`])
  expect(found).toHaveLength(4)
})

test('of the best coins the logos are fetched, and of the others none is promised', async () => {
  // The source knows the last ones as the best by capitalisation.
  const { search, logos } = open(Array.from({ length: 30 }, (_, i) => `Coin ${i + 1}`))
  const { markets } = await search.find('coin', null)
  const promised = new Set(markets.filter(({ logo }) => logo !== undefined).map(({ base }) => base))
  expect([...promised]).toEqual(Array.from({ length: 20 }, (_, i) => `coin-${30 - i}`))
  expect(logos.want.mock.calls.map(([[coin]]) => coin as string)).toEqual([...promised])
})
