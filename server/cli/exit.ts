/** How a command ends, apart from "done". */

/** The command line itself is wrong in a way that only the command can tell. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a command that ran answers: 1 when it found faults. */
export type ExitCode = 0 | 1
