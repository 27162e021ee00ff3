/** Whether backups are made, and how old the newest is. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { HOUR_MS } from '../../core/time/interval.ts'
import { listBackups } from '../backups/folder.ts'
import type { BackupPlan } from '../backups/schedule.ts'
import { fault, ok, reasonOf, warning, type Finding } from './finding.ts'

/** @param plan null where none are made by schedule */
export async function checkBackups(plan: BackupPlan | null, nowMs: number): Promise<Finding> {
  if (!plan)
    return ok('backup', 'none by schedule (BACKUP_DIR is not set); "crypto-tracker backup FILE" makes one')
  const { folder, everyHours, keep } = plan
  try {
    const files = await listBackups(folder)
    const [newest] = files
    if (!newest)
      return warning('backup', `none in ${folder} yet`, 'the running server makes one within minutes')
    await access(folder, constants.W_OK)
    const hours = Math.max(0, Math.round((nowMs - newest.madeMs) / HOUR_MS))
    const said = `the newest of ${files.length} in ${folder} is ${hours} h old, one every ${everyHours} h, ${keep} are kept`
    if (hours <= 2 * everyHours) return ok('backup', said)
    return fault('backup', said, 'look into the log of the server for why, and whether it runs')
  } catch (error) {
    return fault(
      'backup',
      `${folder} cannot be used for backups: ${reasonOf(error)}`,
      'give it to this user, or set BACKUP_DIR to another folder',
    )
  }
}
