/** The app as a process of its own, as its users start it: started, killed and stopped by tests that speak HTTP to it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface RunningApp {
  readonly url: string
  readonly pid: number
  /** All that it printed. */
  printed(): string
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>
}

/** A program that was just started; it may not listen yet. */
export interface LaunchedApp extends Omit<RunningApp, 'url'> {
  /**
   * Where it listens, once it says so.
   *
   * @throws Error with what it printed when it ended instead
   */
  readonly address: Promise<string>
  /** Its exit code, once it has ended; null after a signal. */
  readonly ended: Promise<number | null>
}

/**
 * Starts a program of the project (its path from the top, then its arguments) in this folder, so that its data and no
 * `.env` lie there, on a port of the system's choice.
 */
export function launchApp(
  [program, ...args]: readonly [string, ...string[]],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): LaunchedApp {
  const child = spawn(process.execPath, [join(ROOT, program), ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => (printed += part.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const address = ownAddress(child, () => printed)
  // Who kills it early does not wait for the address.
  address.catch(() => {})
  const end = (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return {
    pid: child.pid!,
    address,
    ended,
    printed: () => printed,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  }
}

/**
 * Starts a program as `launchApp` does; resolves once it says where it listens.
 *
 * @throws Error with what it printed when it ended instead
 */
export async function startApp(
  program: readonly [string, ...string[]],
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const app = launchApp(program, folder, env)
  return { ...app, url: await app.address }
}

/** The line `Address:  http://…:PORT (…)` tells where the server listens. */
function ownAddress(child: ChildProcess, printed: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', () => {
      const port = /^Address: +http:\/\/\S+:(\d+) /m.exec(printed())?.[1]
      if (port) resolve(`http://127.0.0.1:${port}`)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`the server ended with code ${code}: ${printed()}`)))
  })
}

/** A folder of its own, gone after the test. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'crypto-tracker-journey-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/**
 * Asks again and again until the answer is not null.
 *
 * @throws Error naming what was waited for, after `withinMs`
 */
export async function until<T>(what: string, withinMs: number, ask: () => Promise<T | null>): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() - startedMs > withinMs)
      throw new Error(`after ${withinMs / 1000} s still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}
