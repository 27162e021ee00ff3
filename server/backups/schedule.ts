/**
 * Backups by schedule into a folder. A new one takes its name only once it was read back whole, and only then the oldest
 * go: at each moment there is a good one, whatever ends the process. When the last one was made is told by the folder alone.
 */
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { HOUR_MS } from '../../core/time/interval.ts'
import { checkBackup } from '../archive/check-backup.ts'
import type { Archive } from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import { isUnderWay, listBackups, nameOf } from './folder.ts'

export interface BackupPlan {
  readonly folder: string
  readonly everyHours: number
  /** So many of the newest stay. */
  readonly keep: number
}

/** How the backups stand, for figures. */
export interface BackupStatus {
  readonly everySeconds: number
  /** null before the first one. */
  readonly newest: { readonly madeMs: number; readonly bytes: number } | null
  readonly files: number
  /** Since the start. */
  readonly failures: number
}

export interface Backups {
  status(): Promise<BackupStatus>
  /** Gives up one that is being written; nothing is left of it. */
  stop(): Promise<void>
}

interface BackupParts {
  readonly archive: Pick<Archive, 'backup'>
  readonly clock: Clock
  readonly log: Logger
}

/** After a failure, and at most between two looks at the folder. */
const LOOK_AGAIN_MS = HOUR_MS / 2

export function startBackups(plan: BackupPlan, parts: BackupParts): Backups {
  const { folder, everyHours } = plan
  const { clock, log } = parts
  let failures = 0
  const stopped = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  const turn = async () => {
    let nextMs = LOOK_AGAIN_MS
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const dueMs = await dueIn(plan, clock.now())
      if (dueMs > 0) nextMs = Math.min(dueMs, LOOK_AGAIN_MS)
      else if (!(await isUnderWay(folder, clock.now()))) await backUp(plan, parts, stopped.signal)
    } catch (error) {
      if (stopped.signal.aborted) return
      failures++
      log.error({ err: error }, `no backup was made in ${folder}; it is tried again in half an hour`)
    }
    if (!stopped.signal.aborted) timer = setTimeout(start, nextMs).unref()
  }
  const start = () => void (running = turn())
  start()

  return {
    status: async () => {
      const files = await listBackups(folder)
      const [newest = null] = files
      return { everySeconds: everyHours * 3600, newest, files: files.length, failures }
    },
    stop: async () => {
      stopped.abort()
      clearTimeout(timer)
      await running
    },
  }
}

/** Milliseconds until the next one is due; 0 = now. */
async function dueIn({ folder, everyHours }: BackupPlan, nowMs: number): Promise<number> {
  const [newest] = await listBackups(folder)
  return newest ? Math.max(0, newest.madeMs + everyHours * HOUR_MS - nowMs) : 0
}

async function backUp(
  { folder, keep }: BackupPlan,
  { archive, clock, log }: BackupParts,
  signal: AbortSignal,
): Promise<void> {
  const file = join(folder, nameOf(clock.now()))
  const unchecked = `${file}.new`
  try {
    const { rows, bytes } = await archive.backup(unchecked, signal)
    await checkBackup(unchecked, signal)
    await rename(unchecked, file)
    log.info({ rows, bytes }, `a backup was made and read back: ${file}`)
  } catch (error) {
    await rm(unchecked, { force: true })
    throw error
  }
  const old = (await listBackups(folder)).slice(keep)
  for (const { path } of old) await rm(path, { force: true })
}
