/** Twenty of the kills of which `node tests/run/kills.mjs --kills 200` makes hundreds. */
import { expect, test } from 'vitest'
import { killAgainAndAgain } from './kills.ts'

test('killed twenty times while it starts, reads and seals, the archive loses nothing and invents nothing', async () => {
  const said: string[] = []
  const report = await killAgainAndAgain({ kills: 20, seed: '1', say: (line) => said.push(line) })
  expect(report, said.join('\n')).toMatchObject({ lost: [], invented: [], faults: [] })
  expect(report.candles).toBeGreaterThan(50_000)
  expect(report.chunks).toBeGreaterThan(20)
})
