/** The names nearest to one that does not exist, for error messages. */

/** At most `count` of `names`, the nearest first by edits of single characters; far ones are left out. */
export function nearestNames(name: string, names: Iterable<string>, count = 3): readonly string[] {
  const wanted = name.toUpperCase()
  const most = Math.max(2, Math.ceil(wanted.length / 3))
  return [...names]
    .map((candidate) => ({ candidate, edits: editDistance(wanted, candidate.toUpperCase()) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits || a.candidate.localeCompare(b.candidate, 'en'))
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** Levenshtein's distance (1965), by rows. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(change, above[j]! + 1, row[j - 1]! + 1))
    }
    above = row
  }
  return above[b.length]!
}
