/**
 * A pool of connections that is thrown away as a whole as soon as one of them breaks, and made anew by whoever asks next.
 * postgres.js writes to a connection that is gone when a statement (a ROLLBACK, say) follows the break: an exception that
 * nobody can catch, or a connection that hangs for good (its issues 1154 and 1208, open in 3.4.9). So here no statement is
 * sent over a broken pool, and none of its connections is used again.
 */
import postgres from 'postgres'

export interface PostgresPool {
  /** Runs the work in a transaction on one connection; rolled back when it throws. */
  begin<T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T>
  end(): Promise<void>
}

interface Generation {
  readonly client: postgres.Sql
  isBroken: boolean
}

/** The transaction's connection, or one beside it, has broken. */
class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError'
  readonly code = 'CONNECTION_LOST'

  constructor() {
    super('the connection broke in the middle of a transaction, which was rolled back')
  }
}

const CONNECTIONS = 10

export function createPool(url: string): PostgresPool {
  let current = start(url)
  const usable = () => {
    if (current.isBroken) {
      // What still runs there is lost with it; the server rolls it back.
      void current.client.end({ timeout: 0 })
      current = start(url)
    }
    return current
  }
  return {
    begin: (work) => transaction(usable(), work),
    end: () => current.client.end({ timeout: current.isBroken ? 0 : 5 }),
  }
}

function start(url: string): Generation {
  const generation: Generation = {
    isBroken: false,
    client: postgres(url, {
      max: CONNECTIONS,
      connect_timeout: 10,
      // No connection closes by itself, so that a close always means a break.
      max_lifetime: null,
      onnotice: () => {},
      onclose: () => {
        generation.isBroken = true
      },
    }),
  }
  return generation
}

async function transaction<T>(pool: Generation, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const reserved = await pool.client.reserve()
  const guarded = guard(pool, reserved)
  try {
    await guarded.unsafe('BEGIN')
    const result = await work(guarded)
    await guarded.unsafe('COMMIT')
    return result
  } catch (error) {
    if (!pool.isBroken) await rollBack(reserved)
    throw error
  } finally {
    if (!pool.isBroken) reserved.release()
  }
}

/** A rollback that fails has lost its connection, and the transaction with it. */
async function rollBack(reserved: postgres.ReservedSql): Promise<void> {
  await reserved.unsafe('ROLLBACK').catch(() => undefined)
}

/** The connection as Drizzle uses it, refusing to send anything once the pool is broken. */
function guard(pool: Generation, reserved: postgres.ReservedSql): postgres.Sql {
  const unsafe: postgres.Sql['unsafe'] = (...statement) => {
    if (pool.isBroken) throw new ConnectionLostError()
    return reserved.unsafe(...statement)
  }
  return Object.assign(Object.create(reserved) as postgres.Sql, { unsafe })
}
