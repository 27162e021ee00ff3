/** The archive opened by the command line itself, under the folder's lock, while no server runs. */
import { mkdir } from 'node:fs/promises'
import { openArchive } from '../archive/open.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createOperations } from '../control/operations.ts'
import { openDatabase } from '../db/open.ts'
import { addressOf } from '../address.ts'
import { createOwner } from '../owner/owner.ts'
import { startIngest } from '../ingest/start.ts'
import type { Ingest } from '../ingest/types.ts'
import { createLog } from '../log.ts'
import { secretsOf } from '../secrets.ts'
import { defaultSettling } from '../settling.ts'
import { createSources, openFollowed } from '../sources.ts'
import type { Connection } from './connect.ts'

/** Runs the work and closes what was opened, whatever happens. */
export async function withOwnArchive<T>(
  config: Config,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const clock = systemClock
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel, secretsOf(config))
  const { sampleSeconds, simulated, minuteDays, rawDays, retention } = config
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const database = await openDatabase({ dataDir: config.dataDir, databaseUrl: config.databaseUrl })
  const archive = await openArchive(database, {
    clock,
    settling: defaultSettling,
    sampleSeconds,
    simulated,
    rawDays,
    retention,
    minuteDays,
  })
  const sources = createSources(config, archive, clock, log)
  let ingest: Ingest | null = null
  const startReading = async () => {
    await openFollowed(sources, await archive.markets(), log)
    ingest ??= startIngest({
      archive,
      providers: sources.list,
      clock,
      sampleSeconds,
      settling: defaultSettling,
      minuteDays,
      retention,
      log,
    })
  }
  const operations = createOperations({
    archive,
    sources,
    ingest: () => ingest,
    minuteDays,
    clock,
    logos: null,
    owner: createOwner(database, clock),
    address: () => addressOf(config, config.port),
  })
  try {
    return await work({ operations, remote: false, startReading })
  } finally {
    await (ingest as Ingest | null)?.stop()
    await sources.close()
    await archive.close()
  }
}
