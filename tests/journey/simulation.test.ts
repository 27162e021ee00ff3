/** A few of the seeds of which `npm run proof` runs hundreds, over fewer hours: the replay of a failing one is printed. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { SeedReport } from '../simulation/seed.ts'

const run = promisify(execFile)

// Beside each other: in virtual time nothing waits, and each keeps one core busy.
test.concurrent.each([
  ['embedded', '1..2', '12'],
  ['embedded', '3..4', '12'],
  ['postgres', '5', '8'],
])(
  '%s database, seeds %s of %s hours with every kind of fault: lost 0, invented 0, altered 0',
  async (database, seeds, hours) => {
    const flags = ['--database', database, '--seeds', seeds, '--hours', hours, '--json']
    const { stdout, stderr } = await run(process.execPath, ['tests/simulation/main.ts', ...flags]).catch(
      (error: unknown) => error as { stdout: string; stderr: string },
    )
    const reports = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SeedReport)
    for (const report of reports)
      expect(report, stderr).toMatchObject({ lost: [], invented: [], altered: [], wrong: [] })
    expect(reports.length, stderr).toBe(seeds === '5' ? 1 : 2)
    for (const { candles, requests } of reports) {
      expect(candles).toBeGreaterThan(1000)
      expect(requests).toBeGreaterThan(100)
    }
  },
)
