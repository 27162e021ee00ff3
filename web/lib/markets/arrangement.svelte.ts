/** The arrangement of the list on this device, read before the first paint; harmless to lose. */
import { isMarketId, type MarketId } from '../../../core/market.ts'
import { CHOICE_KEYS } from '../store/choice-keys.ts'
import { SORTS, UNARRANGED, type Arrangement, type Section, type Sort } from './arrangement.ts'
import { NO_FILTER, type Filter } from './filter.ts'

const KEY = CHOICE_KEYS.arrangement
const MOST = 10_000
const MOST_SECTIONS = 100
const LONGEST_NAME = 60

class List {
  #arrangement = $state.raw(kept())
  #filter = $state.raw<Filter>(NO_FILTER)

  get arrangement(): Arrangement {
    return this.#arrangement
  }

  /** Gives back what it was, for whoever wants to undo. */
  set(arrangement: Arrangement): Arrangement {
    const before = this.#arrangement
    this.#arrangement = arrangement
    try {
      localStorage.setItem(KEY, JSON.stringify(arrangement))
    } catch {
      // Private windows may refuse; the order then lasts as long as the page.
    }
    return before
  }

  /** What was typed and chosen lasts as long as the page: a filter of last week would only hide markets. */
  get filter(): Filter {
    return this.#filter
  }

  setFilter(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change }
  }

  clearFilter(): void {
    this.#filter = NO_FILTER
  }
}

export const list = new List()

/** What was kept, every field checked: another version may have written it. */
function kept(): Arrangement {
  try {
    return readArrangement(JSON.parse(localStorage.getItem(KEY) ?? 'null'))
  } catch {
    // Storage refused, or text from elsewhere: the server's order is as good.
    return UNARRANGED
  }
}

export function readArrangement(json: unknown): Arrangement {
  if (typeof json !== 'object' || json === null) return UNARRANGED
  const { pinned, sections, rest, hidden, sort, reversed } = json as Partial<
    Record<keyof Arrangement, unknown>
  >
  return {
    pinned: idsOf(pinned),
    sections: Array.isArray(sections) ? sections.slice(0, MOST_SECTIONS).flatMap(sectionsOf) : [],
    rest: idsOf(rest),
    hidden: idsOf(hidden),
    sort: SORTS.includes(sort as Sort) ? (sort as Sort) : UNARRANGED.sort,
    reversed: reversed === true,
  }
}

function sectionsOf(json: unknown): Section[] {
  const { id, name, folded, markets } = (json ?? {}) as Partial<Record<keyof Section, unknown>>
  if (typeof id !== 'string' || typeof name !== 'string' || id === 'pinned' || id === 'rest') return []
  return [{ id, name: name.slice(0, LONGEST_NAME), folded: folded === true, markets: idsOf(markets) }]
}

function idsOf(json: unknown): MarketId[] {
  const texts = Array.isArray(json) ? (json.slice(0, MOST) as unknown[]) : []
  return [...new Set(texts.filter((text): text is MarketId => typeof text === 'string' && isMarketId(text)))]
}
