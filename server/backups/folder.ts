/** The folder of scheduled backups: what lies in it, by the time in its name. Files of other names are nobody's business here. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HOUR_MS } from '../../core/time/interval.ts'

interface BackupFile {
  readonly path: string
  readonly madeMs: number
  readonly bytes: number
}

const NAME = /^crypto-tracker-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.backup$/
/** Of a backup that is being written or is not checked yet. */
const UNDER_WAY = /^crypto-tracker-\d{8}T\d{6}Z\.backup\.new(\.part)?$/
/** What was not written on for so long was left by a process that ended. */
const ABANDONED_MS = HOUR_MS

/** `crypto-tracker-20240301T120000Z.backup`. */
export function nameOf(ms: number): string {
  const time = new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
  return `crypto-tracker-${time}.backup`
}

/** Whole backups, the newest first; none where there is no folder yet. */
export async function listBackups(folder: string): Promise<readonly BackupFile[]> {
  const found = await Promise.all(
    (await namesIn(folder)).map(async (name): Promise<BackupFile | null> => {
      const parts = NAME.exec(name)?.slice(1).map(Number)
      const path = join(folder, name)
      // Another process may have taken it away meanwhile.
      const info = parts && (await stat(path).catch(() => null))
      if (!parts || !info) return null
      const [year = 0, month = 1, ...rest] = parts
      return { path, madeMs: Date.UTC(year, month - 1, ...rest), bytes: info.size }
    }),
  )
  return found.filter((file) => file !== null).toSorted((a, b) => b.madeMs - a.madeMs)
}

/** Whether another process is writing one now. What such a process left behind when it was ended goes away. */
export async function isUnderWay(folder: string, nowMs: number): Promise<boolean> {
  let is = false
  for (const name of (await namesIn(folder)).filter((one) => UNDER_WAY.test(one))) {
    const path = join(folder, name)
    const info = await stat(path).catch(() => null)
    if (info && nowMs - info.mtimeMs > ABANDONED_MS) await rm(path, { force: true })
    else if (info) is = true
  }
  return is
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
}
