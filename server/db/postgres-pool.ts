/**
 * A pool of connections that is thrown away as a whole as soon as one of them breaks, and made anew by whoever asks next.
 * postgres.js writes to a connection that is gone when a statement (a ROLLBACK, say) follows the break: an exception that
 * nobody can catch, or a connection that hangs for good (its issues 1154 and 1208, open in 3.4.9). So here no statement is
 * sent over a broken pool, none of its connections is used again, and nobody waits for an answer over one that has closed: the
 * statement after a reset is never answered. Each connection is a client of its own: a reserved one
 * of postgres.js's pool asks for the types of arrays first, and a break in that question, which nobody awaits, ends the process.
 */
import postgres from 'postgres'

export interface PostgresPool {
  /** Runs the work in a transaction on one connection; rolled back when it throws. */
  begin<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>
  end(): Promise<void>
}

/** The transaction's connection, or one beside it, has broken. */
class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
  readonly code = 'CONNECTION_LOST'

  constructor() {
    super('the connection broke in the middle of a transaction: what it had not committed is rolled back')
  }
}

/** The server's address takes connections, and no server answers. */
class ConnectTimeoutError extends Error {
  override readonly name = 'ConnectTimeoutError'
  readonly code = 'CONNECT_TIMEOUT'

  constructor() {
    super(`no answer within ${CONNECT_SECONDS} s of connecting`)
  }
}

/**
 * A process that stands still in the middle of a transaction (a paused machine) holds up everybody else for so long at most:
 * its locks go with the connection.
 */
const IDLE_IN_TRANSACTION_MS = 15_000
export const CONNECT_SECONDS = 10

/**
 * Waits for the first answer. postgres.js alone would connect for ever where each connection is closed at once, as by a
 * proxy whose server is away.
 *
 * @throws ConnectTimeoutError, or what the connection failed of
 */
export async function connected(client: postgres.Sql): Promise<void> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new ConnectTimeoutError()), CONNECT_SECONDS * 1000)
  try {
    await Promise.race([client.unsafe('SELECT 1'), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** @param most connections at once */
export function createPool(url: string, most: number): PostgresPool {
  let current = new Generation(url, most)
  const usable = () => {
    if (current.isBroken) {
      // What still runs there is lost with it; the server rolls it back.
      void current.end(0)
      current = new Generation(url, most)
    }
    return current
  }
  return {
    begin: (work) => transaction(usable(), work),
    end: () => current.end(current.isBroken ? 0 : 5),
  }
}

interface Connection {
  readonly client: postgres.Sql
  /** Ends the transaction that is under way on it. */
  onClose: () => void
}

interface Waiting {
  resolve(connection: Connection): void
  reject(error: Error): void
}

/** Connections that live until the first of them breaks. */
class Generation {
  readonly #url: string
  readonly #most: number
  readonly #connections: Connection[] = []
  readonly #idle: Connection[] = []
  readonly #waiting: Waiting[] = []
  #isBroken = false

  constructor(url: string, most: number) {
    this.#url = url
    this.#most = most
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  /** A connection of one's own, until it is given back. */
  async take(): Promise<Connection> {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (this.#connections.length < this.#most) return this.#add()
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  give(connection: Connection): void {
    connection.onClose = () => {}
    const next = this.#waiting.shift()
    if (next) next.resolve(connection)
    else this.#idle.push(connection)
  }

  async end(withinSeconds: number): Promise<void> {
    await Promise.all(this.#connections.map(({ client }) => client.end({ timeout: withinSeconds })))
  }

  async #add(): Promise<Connection> {
    const client = postgres(this.#url, {
      max: 1,
      connect_timeout: CONNECT_SECONDS,
      fetch_types: false,
      // Who asks again decides when.
      backoff: () => 0,
      // No connection closes by itself, so that a close always means a break.
      max_lifetime: null,
      onnotice: () => {},
      onclose: () => {
        this.#break()
        connection.onClose()
      },
    })
    const connection: Connection = { client, onClose: () => {} }
    this.#connections.push(connection)
    try {
      await connected(client)
      await client.unsafe(`SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`)
    } catch (error) {
      this.#break()
      throw error
    }
    return connection
  }

  #break(): void {
    this.#isBroken = true
    for (const { reject } of this.#waiting.splice(0)) reject(new ConnectionLostError())
  }
}

async function transaction<T>(pool: Generation, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const connection = await pool.take()
  try {
    return await new Promise<T>((resolve, reject) => {
      connection.onClose = () => reject(new ConnectionLostError())
      carryOut(pool, connection.client, work).then(resolve, reject)
    })
  } finally {
    pool.give(connection)
  }
}

async function carryOut<T>(
  pool: Generation,
  client: postgres.Sql,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const guarded = guard(pool, client)
  try {
    await guarded.unsafe('BEGIN')
    const result = await work(guarded)
    await guarded.unsafe('COMMIT')
    return result
  } catch (error) {
    if (!pool.isBroken) await rollBack(client)
    throw error
  }
}

/** A rollback that fails has lost its connection, and the transaction with it. */
async function rollBack(client: postgres.Sql): Promise<void> {
  await client.unsafe('ROLLBACK').catch(() => undefined)
}

/** The connection as Drizzle uses it, refusing to send anything once the pool is broken. */
function guard(pool: Generation, client: postgres.Sql): postgres.Sql {
  const unsafe: postgres.Sql['unsafe'] = (...statement) => {
    if (pool.isBroken) throw new ConnectionLostError()
    return client.unsafe(...statement)
  }
  return Object.assign(Object.create(client) as postgres.Sql, { unsafe })
}
