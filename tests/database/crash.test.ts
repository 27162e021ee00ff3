/** kill -9 in the middle of writing: everything that was acknowledged is there after, once, and verifies. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { MarketId } from '../../core/market.ts'
import { HOUR_MS } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import { openDatabase } from '../../server/db/open.ts'
import { defaultSettling } from '../../server/settling.ts'
import { candles } from './archives.ts'

const NOW = Date.UTC(2024, 4, 20)
const START = Date.UTC(2024, 0, 1)
const MARKET = 'csv:crash' as MarketId
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-crash-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Writes slice after slice, seals in between, and prints the number of slices acknowledged. */
function startWriter() {
  return spawn(process.execPath, [join(import.meta.dirname, 'crash-writer.ts'), folder, String(NOW)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

test('what was acknowledged before a kill is there after it', async () => {
  let acknowledged = 0
  for (const lines of [3, 12, 30]) {
    const writer = startWriter()
    let heard = 0
    for await (const line of createInterface(writer.stdout)) {
      acknowledged = Number(line)
      if (++heard === lines) break
    }
    writer.kill('SIGKILL')
    if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit')

    const archive = await openArchive(await openDatabase({ dataDir: folder, databaseUrl: null }), {
      clock: { now: () => NOW },
      settling: defaultSettling,
      sampleSeconds: 60,
      simulated: false,
    })
    try {
      const expected = candles('1h', START, START + acknowledged * 12 * HOUR_MS)
      const found = await archive.candles(MARKET, '1h', START, NOW, 100_000)
      expect(found.slice(0, expected.length)).toEqual(expected)
      expect(new Set(found.map(({ startMs }) => startMs)).size).toBe(found.length)
      expect((await archive.verify(null)).faults).toEqual([])
    } finally {
      await archive.close()
    }
  }
})
