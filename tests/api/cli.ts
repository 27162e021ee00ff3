/** Runs the command-line tool as its users do, as a process of its own. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

const BIN = join(import.meta.dirname, '..', '..', 'server', 'cli', 'bin.mjs')
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** `cwd` is where it looks for `.env` and `./data`. */
export function runCli(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<CliRun> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { PATH: process.env['PATH'], ...env }, maxBuffer: MAX_OUTPUT_BYTES }
    execFile(process.execPath, [BIN, ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
}
