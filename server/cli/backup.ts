/** `crypto-tracker backup` and `restore`: the whole archive into one file, and back into an empty archive of either database. */
import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { formatBytes } from '../../core/format/bytes.ts'
import { readConfig } from '../config.ts'
import { controlSocketPath, isListening } from '../control/socket.ts'
import { withConnection } from './connect.ts'
import { UsageError } from './exit.ts'
import { formatOption, type Format } from './options.ts'
import { printRows, say } from './output.ts'

interface Options {
  readonly format: Format
}

export function addBackup(program: Command): void {
  program
    .command('backup')
    .description('write the whole archive into a new file, also while the server runs')
    .argument('<file>', 'a file that is not there yet; its owner alone may read it')
    .addOption(formatOption())
    .action(async (file: string, { format }: Options) => {
      const path = resolve(file)
      const report = await withConnection(({ operations }) => operations.backup(path))
      say(`${report.rows} rows in ${formatBytes(report.bytes)}: ${path}`)
      await printRows([{ file: path, ...report }], format, { file: path, ...report })
    })
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .description(
      'fill an empty archive (a new DATA_DIR, or the empty database of DATABASE_URL) from a backup',
    )
    .argument('<file>', 'a file that "backup" wrote')
    .addOption(formatOption())
    .action(async (file: string, { format }: Options) => {
      const { dataDir, databaseUrl } = readConfig(process.env)
      const socket = controlSocketPath(dataDir)
      if (socket && (await isListening(socket)))
        throw new UsageError(`a server runs on ${dataDir}: stop it, then restore into an empty folder`)
      await mkdir(dataDir, { recursive: true, mode: 0o700 })
      // Loaded only here: the database takes a while to load, and most commands do not need it.
      const { openDatabase } = await import('../db/open.ts')
      const { restore } = await import('../archive/restore.ts')
      const database = await openDatabase({ dataDir, databaseUrl })
      try {
        const { rows, revision, madeAt, archive } = await restore(database, resolve(file))
        say(`${rows} rows of ${madeAt} restored into ${database.description}`)
        const row = { archive, revision, rows, made_at: madeAt }
        await printRows([row], format, row)
      } finally {
        await database.close()
      }
    })
}
