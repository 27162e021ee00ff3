/** The archive opened by the command line itself, under the folder's lock, while no server runs on it; on PostgreSQL others may. */
import { mkdir } from 'node:fs/promises'
import { openArchive } from '../archive/open.ts'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { createOperations } from '../control/operations.ts'
import { openDatabase } from '../db/open.ts'
import { addressOf } from '../address.ts'
import { createOwner } from '../owner/owner.ts'
import { createLog } from '../log.ts'
import { secretsOf } from '../secrets.ts'
import { defaultSettling } from '../settling.ts'
import { readAlone } from '../reading.ts'
import { someoneReads } from '../share/members.ts'
import { readBeside } from '../share/share.ts'
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
  const own = { config, archive, clock, settling: defaultSettling, logos: null, log }
  // Beside processes that read it asks through them; where none does, it reads itself when it has to.
  const remote = database.listen !== null && (await database.read(someoneReads))
  const role = remote ? 'api' : 'all'
  const reading = database.listen
    ? await readBeside({ ...own, config: { ...config, role }, database })
    : readAlone(own)
  const operations = createOperations({
    archive,
    sources: reading.sources,
    ingest: () => reading,
    minuteDays,
    clock,
    logos: null,
    owner: createOwner(database, clock),
    address: () => addressOf(config, config.port),
    phones: () => null,
  })
  try {
    return await work({
      operations,
      remote,
      startReading: () => (remote ? Promise.resolve() : reading.start()),
    })
  } finally {
    await reading.stop()
    await archive.close()
  }
}
