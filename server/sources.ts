/** The sources of this program, each with the one client through which all calls to it go. */
import type { Logger } from 'pino'
import type { Archive } from './archive/types.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { DatabaseUnavailableError } from './db/database.ts'
import { createProvider } from './providers/create.ts'
import type { Provider } from './providers/types.ts'

/**
 * Raw answers go to the archive, unless they are to be kept for no day at all; one that cannot be kept is said in the log
 * and disturbs nothing else.
 */
export function createSources(
  config: Config,
  archive: Archive,
  clock: Clock,
  log: Logger,
): ReadonlyMap<string, Provider> {
  const keepRaw = (answer: Parameters<Archive['keepRaw']>[0]) => {
    if (config.rawDays === 0) return
    archive.keepRaw(answer).catch((error: unknown) => {
      // That the database is out of reach is told once, by itself.
      const level = error instanceof DatabaseUnavailableError ? 'debug' : 'error'
      log[level]({ err: error, source: answer.source }, `${answer.source}: a raw answer could not be kept`)
    })
  }
  return new Map(
    Object.entries(config.sources).map(([source, { baseUrl, feedUrl, requestsPerSecond }]) => [
      source,
      createProvider(source, { baseUrl, feedUrl, requestsPerSecond, keepRaw, clock, log }),
    ]),
  )
}
