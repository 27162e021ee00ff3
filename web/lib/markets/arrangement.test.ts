import { describe, expect, it } from 'vitest'
import { parseMarketId, type MarketId } from '../../../core/market.ts'
import type { MarketState } from '../state/types.ts'
import {
  addSection,
  arranged,
  hide,
  moveBy,
  moveTo,
  pin,
  putFirst,
  putIntoSection,
  removeSection,
  UNARRANGED,
  unhide,
  unpin,
  type Arrangement,
} from './arrangement.ts'
import { readArrangement } from './arrangement.svelte.ts'
import { filtered, NO_FILTER } from './filter.ts'

const id = (base: string) => parseMarketId(`coinbase:${base}-USD`).id
const market = (base: string, more: Partial<MarketState> = {}): MarketState => ({
  id: id(base),
  source: 'coinbase',
  base,
  quote: 'USD',
  name: base,
  tick: '0.01',
  status: 'live',
  price: '1',
  priceAsOfMs: 0,
  freshness: 'live',
  change24h: null,
  sparkline: [],
  sigma: null,
  ...more,
})
const markets = ['A1', 'B1', 'C1', 'D1'].map((base) => market(base))
const [a, b, c, d] = markets.map((one) => one.id) as [MarketId, MarketId, MarketId, MarketId]
const shown = (arrangement: Arrangement, list = markets) =>
  arranged(list, arrangement).map((group) => [group.id, group.markets.map((one) => one.base).join('')])

describe('the order of the list', () => {
  it('keeps the place of what is not shown when others are moved', () => {
    let own = pin(pin(pin(UNARRANGED, a), b), c)
    own = hide(own, b)
    own = moveTo(own, arranged(markets, own), c, 'pinned', 0)
    expect(shown(unhide(own, b))[0]).toEqual(['pinned', 'C1A1B1'])
    let rest = moveTo(UNARRANGED, arranged(markets, UNARRANGED), d, 'rest', 0)
    rest = hide(rest, d)
    rest = moveTo(rest, arranged(markets, rest), c, 'rest', 0)
    expect(rest.rest).toContain(d)
  })

  it('by name goes by the name that is shown', () => {
    const listed = [
      market('BTC', { name: 'BTC/USD' }),
      market('ADA', { name: 'ADA/USD' }),
      market('XRP', { name: 'AAA' }),
    ]
    // Bitcoin, Cardano; a name of its own as it is.
    expect(shown({ ...UNARRANGED, sort: 'name' }, listed)).toEqual([['rest', 'XRPBTCADA']])
  })

  it('is the server’s until somebody changes it; what joins later comes last', () => {
    expect(shown(UNARRANGED)).toEqual([['rest', 'A1B1C1D1']])
    const moved = moveTo(UNARRANGED, arranged(markets, UNARRANGED), c, 'rest', 0)
    expect(shown(moved, [...markets, market('E1')])).toEqual([['rest', 'C1A1B1D1E1']])
  })

  it('has pinned ones first and sections before the rest; a pinned one comes back to its section', () => {
    let own = addSection(UNARRANGED, 's', 'Majors', b)
    own = putIntoSection(own, c, 's')
    expect(shown(own)).toEqual([
      ['s', 'B1C1'],
      ['rest', 'A1D1'],
    ])
    own = pin(own, b)
    expect(shown(own)).toEqual([
      ['pinned', 'B1'],
      ['s', 'C1'],
      ['rest', 'A1D1'],
    ])
    const moved = moveTo(own, arranged(markets, own), a, 's', 0)
    expect(shown(unpin(moved, b))).toEqual([
      ['s', 'A1C1B1'],
      ['rest', 'D1'],
    ])
  })

  it('a step leads over the border of a section, and ends at the ends', () => {
    const own = addSection(UNARRANGED, 's', 'Majors', b)
    const up = moveBy(own, arranged(markets, own), a, -1)!
    expect(shown(up)).toEqual([
      ['s', 'B1A1'],
      ['rest', 'C1D1'],
    ])
    const down = moveBy(up, arranged(markets, up), a, 1)!
    expect(shown(down)).toEqual(shown(own))
    expect(moveBy(own, arranged(markets, own), b, -1)).toBeNull()
    expect(moveBy(own, arranged(markets, own), d, 1)).toBeNull()
  })

  it('a removed section gives its markets back, and a section may be empty', () => {
    const own = addSection(UNARRANGED, 's', 'Majors', d)
    expect(shown(removeSection(own, 's'))).toEqual([['rest', 'D1A1B1C1']])
    expect(shown(addSection(UNARRANGED, 's', 'Later'))[0]).toEqual(['s', ''])
  })

  it('what was just added is the first of the rest', () => {
    expect(shown(putFirst(UNARRANGED, d))).toEqual([['rest', 'D1A1B1C1']])
  })

  it('sorts by change, and what has none comes last either way', () => {
    const list = [market('A1'), market('B1', { change24h: -0.2 }), market('C1', { change24h: 0.1 })]
    expect(shown({ ...UNARRANGED, sort: 'change' }, list)).toEqual([['rest', 'C1B1A1']])
    expect(shown({ ...UNARRANGED, sort: 'change', reversed: true }, list)).toEqual([['rest', 'B1C1A1']])
  })

  it('a hidden market is not shown, keeps its place, and is shown again when it is added again', () => {
    const own = hide(moveTo(UNARRANGED, arranged(markets, UNARRANGED), c, 'rest', 0), c)
    expect(shown(own)).toEqual([['rest', 'A1B1D1']])
    expect(shown(unhide(own, c))).toEqual([['rest', 'C1A1B1D1']])
    expect(shown(putFirst(hide(own, d), d))).toEqual([['rest', 'D1A1B1']])
  })

  it('is read back as it was kept, and what is none of it is left out', () => {
    const own = pin(addSection({ ...UNARRANGED, sort: 'sigma' }, 's', 'Majors', b), a)
    expect(readArrangement(JSON.parse(JSON.stringify(own)))).toEqual(own)
    expect(
      readArrangement({
        pinned: [a, a, 'nonsense', 7],
        sections: [{ id: 'pinned', name: 'x' }],
        sort: 'luck',
      }),
    ).toEqual({ ...UNARRANGED, pinned: [a] })
    expect(readArrangement('nothing')).toEqual(UNARRANGED)
  })
})

describe('the filter', () => {
  const list = [
    market('BTC', { name: 'BTC/USD' }),
    market('ETH', { source: 'kraken', quote: 'EUR' }),
    market('pepe', {
      id: parseMarketId('coingecko:pepe-usd').id,
      source: 'coingecko',
      quote: 'usd',
      symbol: 'PEPE',
      name: 'Pepe',
    }),
  ]
  const bases = (filter: Partial<typeof NO_FILTER>) =>
    filtered(list, { ...NO_FILTER, ...filter }, ({ base, name }) => (base === 'BTC' ? 'Bitcoin' : name)).map(
      ({ base }) => base,
    )

  it('takes every word: of the name that is shown, of the ticker, of the identifier', () => {
    expect(bases({ text: 'bitc' })).toEqual(['BTC'])
    expect(bases({ text: 'pepe coingecko' })).toEqual(['pepe'])
    expect(bases({ text: 'eth btc' })).toEqual([])
  })

  it('takes one source and one currency, however it is written', () => {
    expect(bases({ quote: 'USD' })).toEqual(['BTC', 'pepe'])
    expect(bases({ source: 'kraken' })).toEqual(['ETH'])
  })
})
