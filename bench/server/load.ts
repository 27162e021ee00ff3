/**
 * Requests as fast as they are answered, from a process of their own: wrk where it is installed, else autocannon.
 */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { hasCommand } from '../peer-process.ts'

const run = promisify(execFile)

const SECONDS = 1
const CONNECTIONS = 32

export type Headers = Readonly<Record<string, string>>

/** What makes the load, for the subject's name. */
export const loadTool = hasCommand('sh', ['-c', 'command -v wrk']) ? 'wrk' : 'autocannon'

/** What one second of requests came to. */
export interface Load {
  readonly requests: number
  readonly perSecond: number
}

/**
 * Requests answered over keep-alive connections.
 *
 * @throws Error when an answer is neither 200 nor 304
 */
export async function load(url: string, headers: Headers): Promise<Load> {
  const named = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  return loadTool === 'wrk' ? withWrk(url, named) : withAutocannon(url, named)
}

async function withWrk(url: string, headers: readonly string[]): Promise<Load> {
  const { stdout } = await run('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, ...headers, url])
  if (/Non-2xx or 3xx/.test(stdout)) throw new Error(`${url}: answered with an error\n${stdout}`)
  return {
    requests: Number(/(\d+) requests in/.exec(stdout)?.[1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
  }
}

async function withAutocannon(url: string, headers: readonly string[]): Promise<Load> {
  const program = fileURLToPath(new URL('../node_modules/autocannon/autocannon.js', import.meta.url))
  const args = ['--json', '-c', String(CONNECTIONS), '-d', String(SECONDS), ...headers, url]
  const { stdout } = await run(process.execPath, [program, ...args])
  const result = JSON.parse(stdout) as {
    requests: { total: number }
    duration: number
    '4xx': number
    '5xx': number
  }
  if (result['4xx'] + result['5xx'] > 0) throw new Error(`${url}: answered with an error`)
  const requests = result.requests.total
  return { requests, perSecond: requests / result.duration }
}
