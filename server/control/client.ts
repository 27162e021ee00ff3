/** The other end of the control socket: operations that the running server carries out. */
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { Problem } from '../../core/wire/api.ts'
import { ApiProblem } from '../api/problem.ts'
import type { Operations } from './operations.ts'

const NAMES = [
  'status',
  'markets',
  'searchable',
  'search',
  'add',
  'remove',
  'pause',
  'ownerLink',
  'backfill',
  'progress',
  'import',
  'seal',
  'candles',
  'prices',
  'ranking',
  'verify',
  'gaps',
  'rebuild',
  'quarantined',
  'review',
  'backup',
  'phone',
  'phoneOff',
] as const satisfies readonly (keyof Operations)[]

/** Each call is one request; a refusal is thrown as the `ApiProblem` that the server told. */
export function remoteOperations(path: string): Operations {
  const calls = NAMES.map((name) => [name, (...parameters: unknown[]) => call(path, name, parameters)])
  return Object.fromEntries(calls) as Operations
}

async function call(path: string, name: string, parameters: readonly unknown[]): Promise<unknown> {
  const sent = request({ socketPath: path, path: `/${name}`, method: 'POST' })
  sent.end(JSON.stringify(parameters))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body = await buffer(response)
  if (response.headers['content-type'] === 'application/octet-stream') return new Uint8Array(body)
  const json: unknown = JSON.parse(body.toString('utf8'))
  if (response.statusCode === 200) return json
  const { type, detail } = json as Problem
  throw new ApiProblem(type.split(':').at(-1) === 'not-found' ? 'not-found' : 'conflict', detail)
}
