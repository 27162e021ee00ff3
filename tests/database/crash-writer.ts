/** The process that `crash.test.ts` kills: imports half a day of hours after the other and seals, until it is killed. */
import type { MarketId } from '../../core/market.ts'
import { HOUR_MS } from '../../core/time/interval.ts'
import { openArchive } from '../../server/archive/open.ts'
import { openDatabase } from '../../server/db/open.ts'
import { defaultSettling } from '../../server/settling.ts'
import { candles } from './archives.ts'

const [folder, now] = process.argv.slice(2) as [string, string]
const start = Date.UTC(2024, 0, 1)
const market = 'csv:crash' as MarketId
const archive = await openArchive(await openDatabase({ dataDir: folder, databaseUrl: null }), {
  clock: { now: () => Number(now) },
  settling: defaultSettling,
  sampleSeconds: 60,
  simulated: false,
})
for (let part = 0; ; part++) {
  const from = start + part * 12 * HOUR_MS
  await archive.import(market, '1h', candles('1h', from, from + 12 * HOUR_MS))
  process.stdout.write(`${part + 1}\n`)
  await archive.sealNext(Number(now))
}
