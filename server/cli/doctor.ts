/** `crypto-tracker doctor`: one line for each thing that can be wrong, with what to do; exit code 1 on any fault. */
import type { Command } from 'commander'
import type { ExitCode } from './exit.ts'
import { formatOption, type Format } from './options.ts'
import { printRows } from './output.ts'

export function addDoctor(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description(
      'check settings, database, disk, clock, sources and addresses, and say what to do; exit code 1 on any fault',
    )
    .addOption(formatOption())
    .action(async ({ format }: { format: Format }) => {
      // Loaded only here: the database takes a while to load, and most commands do not need it.
      const { examine } = await import('../doctor/examine.ts')
      const findings = await examine(process.env)
      await printRows(
        findings.map(({ status, check, finding, todo }) => ({ status, check, finding, todo })),
        format,
      )
      done(findings.some(({ status }) => status === 'fault') ? 1 : 0)
    })
}
