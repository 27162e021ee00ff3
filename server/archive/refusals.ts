/**
 * Why a row was refused, read back from its sentence: quarantine keeps the sentence alone, and rows of years are in it. The
 * sentences that come often are here; another one reaches devices as it stands.
 */
import type { Told } from '../../core/wire/told.ts'

/** Sentences without a value. */
export const REFUSALS = {
  'two-candles': 'two different candles of the same start',
  'far-refused': 'a price is far from the neighbouring ones, and a second answer did not have it',
  'far-taken': 'a price is far from the neighbouring ones; stored and flagged, since a second answer had it',
  'far-told': 'told by socket, far from the last price, and no polled one supports it',
  'far-sampled': 'far from the last price, and no other sample supports it yet',
} as const
type Refusal = keyof typeof REFUSALS

const byWords = new Map<string, Refusal>(
  Object.entries(REFUSALS).map(([code, words]) => [words, code as Refusal]),
)

/** Those of `core/candle/check.ts`, and of rows and frames whose price cannot be read. */
const PATTERNS: readonly (readonly [RegExp, (...values: string[]) => Told])[] = [
  [/^start (.+) is no (?:Unix )?time$/, (start) => ({ code: 'start-no-time', start })],
  [
    /^start (\S+) is not on the grid of (\S+)$/,
    (start, interval) => ({ code: 'start-off-grid', start, interval }),
  ],
  [/^start (\S+) lies in the future$/, (start) => ({ code: 'start-future', start })],
  [/^(open|high|low|close) "(.*)" is no price:/, (name, given) => ({ code: 'no-price', name, given })],
  [/^price (.*) is no price:/, (given) => ({ code: 'no-price', name: 'price', given })],
  [/^volume "(.*)" is no volume:/, (given) => ({ code: 'no-volume', given })],
  [
    /^(low|high) (\S+) lies (?:above|below) (open|close) (\S+)$/,
    (name, value, other, than) => ({ code: 'out-of-order', name, value, other, than }),
  ],
]

/** null for a sentence that is none of these. */
export function toldOfRefusal(reason: string): Told | null {
  const plain = byWords.get(reason)
  if (plain) return { code: plain }
  for (const [pattern, told] of PATTERNS) {
    const found = pattern.exec(reason)
    if (found) return told(...found.slice(1))
  }
  return null
}
