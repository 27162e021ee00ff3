/**
 * The command line: reads it, runs one command, and answers the exit code (0 done, 1 the work failed, 2 it was wrong).
 * Results go to stdout, messages to stderr.
 */
import { existsSync } from 'node:fs'
import { CommanderError, type Command } from 'commander'
import { UsageError, type ExitCode } from './exit.ts'
import { say } from './output.ts'
import { createProgram } from './program.ts'

export async function main(argv: readonly string[]): Promise<0 | 1 | 2> {
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  if (existsSync('.env')) process.loadEnvFile('.env')
  let exitCode: ExitCode = 0
  let running: Command | null = null
  const program = createProgram((code) => {
    exitCode = code
  })
  program.hook('preAction', (_, command) => {
    running = command
  })
  try {
    await program.parseAsync([...argv])
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (error instanceof UsageError) {
      process.stderr.write(`error: ${error.message}\n\n${(running ?? program).helpInformation()}`)
      return 2
    }
    say(error instanceof Error ? error.message : String(error))
    return 1
  }
}
