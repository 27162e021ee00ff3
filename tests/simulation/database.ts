/**
 * The database of the simulation: a real one that fails as told (out of reach, slow, without room, a statement refused, an
 * engine that breaks), and that can be torn away in the middle of a write as by `kill -9`, to be opened again as it was then.
 */
import {
  DatabaseError,
  DatabaseUnavailableError,
  type Database,
  type Transaction,
} from '../../server/db/database.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What is wrong with the database now. */
export interface Trouble {
  /** Nothing reaches it. */
  isGone: boolean
  /** Each transaction waits so long before it begins; 0 for not at all. */
  slowMs: number
  /** So many statements of writing transactions are carried out yet; the next one is refused. */
  refuseAfter: number
}

export const noTrouble = (): Trouble => ({ isGone: false, slowMs: 0, refuseAfter: Infinity })

/** The connection of one life of the program: once it is cut, nothing is answered any more. */
export class Connection {
  readonly #time: VirtualTime
  readonly #trouble: Trouble
  #isCut = false
  /** Called as a writing transaction begins. */
  onWrite: () => void = () => {}

  constructor(time: VirtualTime, trouble: Trouble) {
    this.#time = time
    this.#trouble = trouble
  }

  cut(): void {
    this.#isCut = true
  }

  over(database: Database): Database {
    return {
      ...database,
      read: (work) => this.#ask(() => database.read(work)),
      readInTurn: (work) => this.#ask(() => database.readInTurn(work)),
      write: (work) =>
        this.#ask(() => {
          this.onWrite()
          return database.write((tx) => work(this.#refusing(tx)))
        }),
      writeFirst: (work) => this.#ask(() => database.writeFirst(work)),
      pack: (tables) => this.#ask(() => database.pack(tables)),
      close: () => this.#time.real(() => database.close()),
    }
  }

  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isCut) return never()
    if (this.#trouble.isGone) throw new DatabaseUnavailableError('the database cannot be reached: simulated')
    if (this.#trouble.slowMs > 0) await this.#time.wait(this.#trouble.slowMs)
    if (this.#isCut) return never()
    try {
      return await this.#time.real(work)
    } finally {
      // A program that has died hears no answer, good or bad.
      if (this.#isCut) await never()
    }
  }

  #refusing(tx: Transaction): Transaction {
    const execute = (statement: Parameters<Transaction['execute']>[0]) => {
      if (this.#trouble.refuseAfter-- > 0) return tx.execute(statement)
      this.#trouble.refuseAfter = Infinity
      // As PostgreSQL refuses a statement: the transaction is lost, and nothing else.
      const cause = Object.assign(new Error('simulated'), { severity: 'ERROR' })
      throw new DatabaseError('the database refused: simulated', { cause })
    }
    return Object.assign(Object.create(tx) as Transaction, { execute })
  }
}

function never(): Promise<never> {
  return new Promise(() => {})
}

/** Where the database of a seed is. */
export interface Place {
  /** It runs apart from the program and outlives it. */
  readonly isServer: boolean
  /** Opens what is there. */
  open(): Promise<Database>
  /** Ends all connections to a server; what was under way on them is rolled back. */
  drop(): Promise<void>
  /** The program dies now, in the middle of whatever it does. */
  tear(): void
  /** After `tear`: what still ran has ended. The next `open` finds what a killed program leaves. */
  abandon(database: Database): Promise<void>
  remove(): Promise<void>
}
