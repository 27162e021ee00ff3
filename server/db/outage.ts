/** Tells people once that the database cannot be read or written, and once that it can again; between, it is retried quietly. */
import type { Logger } from 'pino'
import { DatabaseUnavailableError, type Database } from './database.ts'

export function tellOutages(database: Database, log: Logger): Database {
  const reading = told('read', log)
  const writing = told('written to', log)
  return {
    ...database,
    read: (work) => reading(() => database.read(work)),
    readInTurn: (work) => reading(() => database.readInTurn(work)),
    write: (work) => writing(() => database.write(work)),
    writeFirst: (work) => writing(() => database.writeFirst(work)),
    pack: (tables) => writing(() => database.pack(tables)),
  }
}

function told(what: string, log: Logger): <T>(work: () => Promise<T>) => Promise<T> {
  let isTold = false
  return async (work) => {
    try {
      const result = await work()
      if (isTold) log.info(`the database can be ${what} again`)
      isTold = false
      return result
    } catch (error) {
      if (error instanceof DatabaseUnavailableError && !isTold) {
        isTold = true
        log.error(`the database cannot be ${what}: ${error.message}`)
      }
      throw error
    }
  }
}
