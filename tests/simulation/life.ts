/** One life of the program in the simulation: the real archive, source and ingest on a real database, until it stops or dies. */
import { pino, type Logger } from 'pino'
import { openArchive } from '../../server/archive/open.ts'
import type { Archive } from '../../server/archive/types.ts'
import type { Clock } from '../../server/clock.ts'
import type { Database } from '../../server/db/database.ts'
import { startIngest } from '../../server/ingest/start.ts'
import type { Ingest } from '../../server/ingest/types.ts'
import { coinbase } from '../../server/providers/coinbase.ts'
import { ExchangeProvider } from '../../server/providers/exchange.ts'
import { defaultSettling } from '../../server/settling.ts'

export interface LifeOptions {
  readonly database: Database
  readonly clock: Clock
  readonly random: () => number
  readonly requestsPerSecond: number
  readonly sampleSeconds: number
  readonly minuteDays: number
  readonly say: (line: string) => void
}

export interface Life {
  readonly archive: Archive
  readonly ingest: Ingest
  /** Ends in good order. */
  stop(): Promise<void>
}

export async function beginLife(options: LifeOptions): Promise<Life> {
  const { database, clock, random, requestsPerSecond, sampleSeconds, minuteDays, say } = options
  const log = createLog(say)
  const settling = defaultSettling
  const archive = await openArchive(database, { clock, settling, sampleSeconds, simulated: true, minuteDays })
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: 'http://simulator',
    feedUrl: null,
    requestsPerSecond,
    keepRaw: (answer) =>
      void archive
        .keepRaw(answer)
        .catch((error: unknown) => log.warn({ err: error }, 'a raw answer could not be kept')),
    clock,
    log,
    random,
  })
  const ingest = startIngest({
    archive,
    providers: [provider],
    clock,
    sampleSeconds,
    settling,
    minuteDays,
    log,
  })
  return {
    archive,
    ingest,
    stop: async () => {
      await ingest.stop()
      await archive.close()
    },
  }
}

function createLog(say: (line: string) => void): Logger {
  return pino({ level: 'warn', base: null }, { write: say })
}
