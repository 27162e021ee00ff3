/**
 * Rounds in which every subject is measured once, one right after the other, so that whatever else the machine does
 * meets them alike: what holds is the ratio within a round. Pure; runs in Node and in a page.
 */

/** Each figure is the median of so many rounds. */
export const ROUNDS = 15
/** Not counted: engines compile what they meet a few times. */
const WARM_UP = 3

/** Measures itself once: the figure, usually milliseconds. */
export type Subject = () => number | Promise<number>

/** One figure a round, by subject. */
export type Samples<Name extends string = string> = Readonly<Record<Name, readonly number[]>>

/** Runs all subjects in every round, forwards and backwards in turn. */
export async function pairedRounds<Name extends string>(
  subjects: Readonly<Record<Name, Subject>>,
  { rounds = ROUNDS, warmUp = WARM_UP } = {},
): Promise<Samples<Name>> {
  const names = Object.keys(subjects) as Name[]
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = -warmUp; round < rounds; round++)
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const figure = await subjects[name]()
      if (round >= 0) samples[name].push(figure)
    }
  return samples
}

/** Milliseconds that the work takes. */
export async function timed(work: () => unknown): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

/** The figure in the middle, and the quartiles around it. */
export interface Middle {
  readonly median: number
  /** First and third quartile. */
  readonly spread: readonly [number, number]
}

/** @throws RangeError without samples */
export function middleOf(samples: readonly number[]): Middle {
  if (samples.length === 0) throw new RangeError('nothing was measured')
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!
  return { median: at(0.5), spread: [at(0.25), at(0.75)] }
}
