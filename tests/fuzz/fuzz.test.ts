import { describe, expect, test } from 'vitest'
import { attack } from './attack.ts'
import { TARGETS } from './borders.ts'

/** Of the full run (`node tests/fuzz/main.ts`) so many for each border, with another seed. */
const TRIES: Readonly<Record<string, number>> = { chunk: 20_000, query: 2_000 }

describe('hostile input is refused in the border’s own words, at once, within bounded memory', () => {
  test.each(Object.entries(TARGETS))('%s', async (name, target) => {
    const border = await target.open()
    try {
      const tries = TRIES[name] ?? 5_000
      const report = await attack(border, tries, 2)
      // Both kinds must occur, or the attack misses what lies behind the first check.
      expect(report.refused).toBeGreaterThan(tries / 10)
      expect(report.taken).toBeGreaterThan(tries / 1_000)
      expect(report.grownBytes).toBeLessThan(300e6)
    } finally {
      await border.stop?.()
    }
  })
})
