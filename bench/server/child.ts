/** A server under measurement, in a process of its own: starts it and reads the line of JSON that says where it listens. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Usage } from './usage.ts'

export interface ServerProcess<Facts> {
  readonly facts: Facts
  readonly child: ChildProcess
  usage(): Promise<Usage>
  stop(): Promise<void>
}

/**
 * @param file beside this one
 * @throws Error when it ends before it listens
 */
export async function startServerProcess<Facts>(
  file: string,
  args: readonly string[] = [],
): Promise<ServerProcess<Facts>> {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  })
  const line = await createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next()
  if (line.done) throw new Error(`${file} ended before it listened`)
  return {
    facts: JSON.parse(line.value) as Facts,
    child,
    usage: async () => {
      child.send('usage')
      const [usage] = (await once(child, 'message')) as [Usage]
      return usage
    },
    stop: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
