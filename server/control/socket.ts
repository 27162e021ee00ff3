/**
 * The control socket: HTTP over a Unix socket in the data folder that only its owner may open (mode 0600).
 * One POST for each operation, its arguments as a JSON array.
 */
import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { join, relative, resolve } from 'node:path'
import type { Logger } from 'pino'
import { ApiProblem, problemBody, problemStatus } from '../api/problem.ts'
import type { Operations } from './operations.ts'

/** What the shortest of the supported systems takes as the path of a socket. */
const MAX_PATH_BYTES = 103
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** The socket of a data folder, by its shortest path; null where even that is too long for a socket. */
export function controlSocketPath(dataDir: string): string | null {
  const absolute = resolve(dataDir, 'control.sock')
  const near = join('.', relative(process.cwd(), absolute))
  const shortest = near.length < absolute.length ? near : absolute
  return Buffer.byteLength(shortest) <= MAX_PATH_BYTES ? shortest : null
}

/** Whether somebody answers at the socket. */
export async function isListening(path: string): Promise<boolean> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/**
 * Opens the socket; one left over by a process that was killed is replaced.
 *
 * @throws Error when another server answers there
 */
export async function serveControl(
  path: string,
  operations: Operations,
  log: Logger,
): Promise<() => Promise<void>> {
  if (await isListening(path)) {
    throw new Error(
      `another server runs on this data folder (it answers at ${path}): stop it, or set another DATA_DIR`,
    )
  }
  await rm(path, { force: true })
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void answer(request, response, operations, log)
  })
  const mask = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(mask)
  }
  await once(server, 'listening')
  await chmod(path, 0o600)
  return async () => {
    server.close()
    server.closeAllConnections()
    await rm(path, { force: true })
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  operations: Operations,
  log: Logger,
): Promise<void> {
  try {
    const name = request.url?.slice(1) ?? ''
    if (request.method !== 'POST' || !Object.hasOwn(operations, name)) {
      throw new ApiProblem(
        'not-found',
        `no operation "${name.slice(0, 40)}": server and command line differ in version`,
      )
    }
    const operation = operations[name as keyof Operations] as (...parameters: unknown[]) => Promise<unknown>
    const result = await operation(...(await readArguments(request)))
    if (result instanceof Uint8Array) {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(result)
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null))
    }
  } catch (error) {
    const kind = error instanceof ApiProblem ? error.kind : 'internal'
    const detail = error instanceof Error ? error.message : String(error)
    if (kind === 'internal') log.error({ err: error }, `the order "${request.url?.slice(1, 40)}" failed`)
    const headers = { 'content-type': 'application/problem+json' }
    response.writeHead(problemStatus(kind), headers).end(JSON.stringify(problemBody(kind, detail)))
  }
}

async function readArguments(request: IncomingMessage): Promise<unknown[]> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > MAX_BODY_BYTES)
      throw new ApiProblem('body-too-large', `at most ${MAX_BODY_BYTES} bytes at once`)
    parts.push(part)
  }
  const json: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'))
  if (!Array.isArray(json))
    throw new ApiProblem('bad-request', 'the arguments of an operation are a JSON array')
  return json
}
