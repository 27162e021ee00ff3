/** Figures of what keeps the server going: version, room on the disk, backups. */
import { statfs } from 'node:fs/promises'
import { Gauge, type Registry } from 'prom-client'
import type { BackupStatus } from '../backups/schedule.ts'

export interface OperationParts {
  readonly version: string
  readonly dataDir: string
  /** null where none are made by schedule. */
  readonly backups: () => Promise<BackupStatus | null>
}

export function operationMetrics(registry: Registry, parts: OperationParts): () => Promise<void> {
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `crypto_tracker_${name}`, help, labelNames, registers: [registry] })
  gauge('build_info', 'Version of the program; always 1', ['version']).set({ version: parts.version }, 1)
  const free = gauge('disk_free_bytes', 'Room left on the disk of the data folder')
  const every = gauge('backup_interval_seconds', 'How often a backup is made; 0 where none is')
  const newest = gauge('backup_last_timestamp_seconds', 'When the newest backup was made; 0 before the first')
  const bytes = gauge('backup_last_bytes', 'Size of the newest backup')
  const files = gauge('backup_files', 'Backups that are kept')
  const failures = gauge('backup_failures', 'Backups that failed since the start')
  return async () => {
    const { bavail, bsize } = await statfs(parts.dataDir)
    free.set(bavail * bsize)
    const status = await parts.backups()
    every.set(status?.everySeconds ?? 0)
    newest.set((status?.newest?.madeMs ?? 0) / 1000)
    bytes.set(status?.newest?.bytes ?? 0)
    files.set(status?.files ?? 0)
    failures.set(status?.failures ?? 0)
  }
}
