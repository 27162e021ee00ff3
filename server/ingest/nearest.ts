/** Names that a mistyped or unknown market may have meant. */
import type { MarketId } from '../../core/market.ts'

/** The listed identifiers that are nearest by edits of their pair, at most `count`. */
export function nearestMarkets(
  wanted: MarketId,
  listed: Iterable<MarketId>,
  count: number,
): readonly MarketId[] {
  return nearest(wanted, listed, count, pair)
}

/** The names that are nearest by edits, at most `count`. */
export function nearestNames(wanted: string, names: Iterable<string>, count: number): readonly string[] {
  return nearest(wanted, names, count, (name) => name.toUpperCase())
}

/** At most a third of the letters away. */
function nearest<Name extends string>(
  wanted: Name,
  names: Iterable<Name>,
  count: number,
  spell: (name: Name) => string,
): readonly Name[] {
  const near: { name: Name; edits: number }[] = []
  for (const name of names) {
    const edits = editDistance(spell(wanted), spell(name))
    if (edits <= Math.max(2, Math.ceil(spell(wanted).length / 3))) near.push({ name, edits })
  }
  return near
    .sort((a, b) => a.edits - b.edits || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
}

function pair(id: MarketId): string {
  return id.slice(id.indexOf(':') + 1).toUpperCase()
}

/**
 * Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
 * Damerau (1964), "A technique for computer detection and correction of spelling errors".
 */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, substitution)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
