/** Starts the simulated exchange as a process of its own, for the demo and for tests. It ends with its parent. */
import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface RunningSimulator {
  /** Its base address. */
  readonly url: string
  /** Address of its WebSocket. */
  readonly socketUrl: string
  stop(): Promise<void>
}

/**
 * Resolves once it listens.
 *
 * @param flags those of `simulator/main.ts`
 * @throws Error with what it printed when it ended instead
 */
export async function startSimulator(flags: readonly string[]): Promise<RunningSimulator> {
  const program = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [program, '--with-parent', ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Ctrl-C at a terminal reaches the whole group; the parent decides when this one ends.
    detached: true,
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = await firstAddress(child)
  return {
    url,
    socketUrl: url.replace(/^http/, 'ws'),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stderr?.on('data', (part: Buffer) => (printed += part.toString()))
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`the simulated exchange ended with code ${code}: ${printed}`)),
    )
    if (child.stdout)
      createInterface({ input: child.stdout }).on('line', (line) => {
        const address = /http:\/\/\S+/.exec(line)
        if (address) resolve(address[0])
      })
  })
}
