/** The tree of commands. Each adds itself; this file is the table of contents. */
import { Command } from 'commander'
import { VERSION } from '../version.ts'
import { addBackup, addRestore } from './backup.ts'
import { addBackfill } from './backfill.ts'
import { addCone } from './cone.ts'
import { addDoctor } from './doctor.ts'
import { addExport, addImport } from './import.ts'
import type { ExitCode } from './exit.ts'
import { addMarkets } from './markets.ts'
import { addOwner } from './owner.ts'
import { addPhone } from './phone.ts'
import { addQuarantine } from './quarantine.ts'
import { addRanking } from './ranking.ts'
import { addRebuild } from './rebuild.ts'
import { addStatus } from './status.ts'
import { addVerify } from './verify.ts'
import { addVolatility } from './volatility.ts'

/** `done` takes the exit code of a command that ran. */
export function createProgram(done: (code: ExitCode) => void): Command {
  const program = new Command('crypto-tracker')
    .description('Price archive and volatility lab: results on stdout, messages on stderr')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError()
  addVolatility(program, done)
  addCone(program, done)
  addRanking(program)
  addImport(program, done)
  addExport(program)
  addMarkets(program)
  addBackfill(program)
  addStatus(program)
  addVerify(program, done)
  addRebuild(program, done)
  addDoctor(program, done)
  addBackup(program)
  addRestore(program)
  addQuarantine(program)
  addOwner(program)
  addPhone(program)
  return program
}
