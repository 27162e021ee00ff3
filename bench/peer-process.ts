/**
 * A peer that is not JavaScript: a process that answers each line on its stdin with a figure, so that it takes its turn
 * in paired rounds like everybody else.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** Whether a command can be run at all. */
export function hasCommand(command: string, args: readonly string[] = ['--version']): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

export class PeerProcess {
  readonly #name: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  constructor(command: string, args: readonly string[]) {
    this.#name = [command, ...args].join(' ')
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /**
   * Asks for one run.
   *
   * @throws Error when the process ends instead of answering, or answers with something else than a number
   */
  async run(): Promise<number> {
    this.#child.stdin.write('\n')
    const line = await this.#lines.next()
    if (line.done) throw new Error(`${this.#name}: ended without an answer`)
    const figure = Number(line.value)
    if (Number.isNaN(figure)) throw new Error(`${this.#name}: answered "${line.value}", which is no number`)
    return figure
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    this.#child.stdin.end()
    await once(this.#child, 'exit')
  }
}
