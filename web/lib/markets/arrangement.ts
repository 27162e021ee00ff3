/**
 * How somebody arranges the list of markets: pinned ones first, then sections of their own, then the rest. Pure: what is
 * chosen in, what is shown out. A market keeps its section while it is pinned.
 */
import type { MarketId } from '../../../core/market.ts'
import { locale } from '../i18n/language.ts'
import type { MarketState } from '../state/types.ts'
import { marketName } from '../ui/names.ts'

export const SORTS = ['own', 'name', 'change', 'sigma', 'percentile'] as const
export type Sort = (typeof SORTS)[number]

/** A section that somebody made and named. */
export interface Section {
  readonly id: string
  readonly name: string
  readonly folded: boolean
  readonly markets: readonly MarketId[]
}

export interface Arrangement {
  readonly pinned: readonly MarketId[]
  readonly sections: readonly Section[]
  /** The own order of the markets of no section; one that is not named here comes after those, as the server has it. */
  readonly rest: readonly MarketId[]
  /** Not to be seen in the list of this device. */
  readonly hidden: readonly MarketId[]
  readonly sort: Sort
  /** The other way round than is usual for the sort. */
  readonly reversed: boolean
}

export const UNARRANGED: Arrangement = {
  pinned: [],
  sections: [],
  rest: [],
  hidden: [],
  sort: 'own',
  reversed: false,
}

/** Where a market stands: the pinned ones, those of no section, or a section by its id. */
export type GroupId = 'pinned' | 'rest' | (string & {})

/** A part of the list as it is shown. */
export interface Group {
  readonly id: GroupId
  /** As its owner named it; null for the pinned ones and the rest. */
  readonly name: string | null
  readonly folded: boolean
  readonly markets: readonly MarketState[]
}

/** The groups in their order; sections stand there without markets, too, the other two do not. */
export function arranged(markets: readonly MarketState[], arrangement: Arrangement): Group[] {
  const byId = new Map(markets.map((market) => [market.id, market]))
  const isPlaced = new Set<MarketId>(arrangement.hidden)
  const take = (ids: readonly MarketId[]) =>
    ids.flatMap((id) => {
      const market = byId.get(id)
      if (!market || isPlaced.has(id)) return []
      isPlaced.add(id)
      return market
    })
  const pinned = take(arrangement.pinned)
  const sections = arrangement.sections.map(({ id, name, folded, markets: ids }) => ({
    id,
    name,
    folded,
    markets: take(ids),
  }))
  const rest = [...take(arrangement.rest), ...markets.filter(({ id }) => !isPlaced.has(id))]
  const whole = (id: GroupId, list: readonly MarketState[]) =>
    list.length === 0 ? [] : [{ id, name: null, folded: false, markets: list }]
  return [...whole('pinned', pinned), ...sections, ...whole('rest', rest)].map((group) => ({
    ...group,
    markets: sorted(group.markets, arrangement),
  }))
}

/** What a sort looks at; null where a market has none of it, and then it comes last. */
const KEYS: Readonly<Record<Exclude<Sort, 'own' | 'name'>, (market: MarketState) => number | null>> = {
  change: ({ change24h }) => change24h,
  sigma: ({ sigma }) => finite(sigma?.receipt.sigma),
  percentile: ({ sigma }) => finite(sigma?.percentile),
}

function sorted(markets: readonly MarketState[], { sort, reversed }: Arrangement): readonly MarketState[] {
  if (sort === 'own') return markets
  if (sort === 'name') {
    const byName = [...markets].sort(
      (a, b) => marketName(a).localeCompare(marketName(b), locale()) || (a.id < b.id ? -1 : 1),
    )
    return reversed ? byName.reverse() : byName
  }
  const key = KEYS[sort]
  return [...markets].sort((a, b) => {
    const [left, right] = [key(a), key(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return reversed ? left - right : right - left
  })
}

function finite(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const isPinned = ({ pinned }: Arrangement, id: MarketId): boolean => pinned.includes(id)

export function pin(arrangement: Arrangement, id: MarketId): Arrangement {
  return { ...arrangement, pinned: [...without(arrangement.pinned, id), id] }
}

export function unpin(arrangement: Arrangement, id: MarketId): Arrangement {
  return { ...arrangement, pinned: without(arrangement.pinned, id) }
}

/** A market that was just added stands first among those of no section, where it is seen. */
export function putFirst(arrangement: Arrangement, id: MarketId): Arrangement {
  return { ...unhide(arrangement, id), rest: [id, ...without(arrangement.rest, id)] }
}

/** Its place is kept for when it comes back. */
export function hide(arrangement: Arrangement, id: MarketId): Arrangement {
  return { ...arrangement, hidden: [...without(arrangement.hidden, id), id] }
}

export function unhide(arrangement: Arrangement, id: MarketId): Arrangement {
  return { ...arrangement, hidden: without(arrangement.hidden, id) }
}

/**
 * Puts a market at a place of a group; the places of the others stay as they were shown, and those that are not shown
 * (hidden, or not followed now) stay in their group.
 *
 * @param shown the groups in their own order
 * @param place among the markets of the group without this one
 */
export function moveTo(
  arrangement: Arrangement,
  shown: readonly Group[],
  id: MarketId,
  to: GroupId,
  place: number,
): Arrangement {
  const idsOf = (group: GroupId) =>
    without(shown.find((one) => one.id === group)?.markets.map((market) => market.id) ?? [], id)
  const into = idsOf(to)
  into.splice(place, 0, id)
  const withUnseen = (before: readonly MarketId[]) => [
    ...into,
    ...before.filter((one) => !into.includes(one)),
  ]
  if (to === 'pinned') return { ...arrangement, pinned: withUnseen(arrangement.pinned) }
  const sections = arrangement.sections.map((section) => ({
    ...section,
    // Pinned ones are not shown in their section, and stay in it.
    markets: section.id === to ? withUnseen(section.markets) : without(section.markets, id),
  }))
  const rest = to === 'rest' ? withUnseen(arrangement.rest) : without(arrangement.rest, id)
  return { ...arrangement, pinned: without(arrangement.pinned, id), sections, rest }
}

/** One place up or down, over the borders of groups; null where there is none. */
export function moveBy(
  arrangement: Arrangement,
  shown: readonly Group[],
  id: MarketId,
  step: 1 | -1,
): Arrangement | null {
  const at = shown.findIndex((group) => group.markets.some((market) => market.id === id))
  if (at < 0) return null
  const { id: here, markets } = shown[at]!
  const place = markets.findIndex((market) => market.id === id) + step
  if (place >= 0 && place < markets.length) return moveTo(arrangement, shown, id, here, place)
  const next = shown[at + step]
  return next ? moveTo(arrangement, shown, id, next.id, step > 0 ? 0 : next.markets.length) : null
}

export function newSectionId(): string {
  return `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`
}

/** A new section after the others, with the market in it where one is given. */
export function addSection(
  arrangement: Arrangement,
  id: string,
  name: string,
  market: MarketId | null = null,
): Arrangement {
  const cleared = market === null ? arrangement : unsectioned(arrangement, market)
  const markets = market === null ? [] : [market]
  return { ...cleared, sections: [...cleared.sections, { id, name, folded: false, markets }] }
}

export function changeSection(
  arrangement: Arrangement,
  id: string,
  change: Partial<Pick<Section, 'name' | 'folded'>>,
): Arrangement {
  return {
    ...arrangement,
    sections: arrangement.sections.map((section) =>
      section.id === id ? { ...section, ...change } : section,
    ),
  }
}

/** Its markets come first among those of no section. */
export function removeSection(arrangement: Arrangement, id: string): Arrangement {
  const gone = arrangement.sections.find((section) => section.id === id)
  return {
    ...arrangement,
    sections: arrangement.sections.filter((section) => section.id !== id),
    rest: [...(gone?.markets ?? []), ...arrangement.rest],
  }
}

export function moveSection(arrangement: Arrangement, id: string, step: 1 | -1): Arrangement {
  const sections = [...arrangement.sections]
  const at = sections.findIndex((section) => section.id === id)
  const [section] = sections.splice(at, 1)
  if (section) sections.splice(Math.max(0, at + step), 0, section)
  return { ...arrangement, sections }
}

/** Into a section, at its end; null takes it out of any. */
export function putIntoSection(arrangement: Arrangement, id: MarketId, section: string | null): Arrangement {
  const cleared = unsectioned(arrangement, id)
  if (section === null) return putFirst(cleared, id)
  return {
    ...cleared,
    sections: cleared.sections.map((one) =>
      one.id === section ? { ...one, markets: [...one.markets, id] } : one,
    ),
  }
}

export function sectionOf({ sections }: Arrangement, id: MarketId): string | null {
  return sections.find(({ markets }) => markets.includes(id))?.id ?? null
}

function unsectioned(arrangement: Arrangement, id: MarketId): Arrangement {
  return {
    ...arrangement,
    sections: arrangement.sections.map((section) => ({ ...section, markets: without(section.markets, id) })),
    rest: without(arrangement.rest, id),
  }
}

function without(ids: readonly MarketId[], id: MarketId): MarketId[] {
  return ids.filter((one) => one !== id)
}
