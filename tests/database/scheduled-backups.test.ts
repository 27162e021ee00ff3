/** Backups by schedule: when one is due, that it is read back, how many stay, and what a process that was ended leaves. */
import { mkdtemp, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../core/time/interval.ts'
import { checkBackup } from '../../server/archive/check-backup.ts'
import { restore } from '../../server/archive/restore.ts'
import { startBackups, type BackupPlan, type Backups } from '../../server/backups/schedule.ts'
import { openTestArchive, type TestArchive } from './archives.ts'

const NOW_MS = Date.UTC(2024, 2, 1, 12)
let folder: string
let source: TestArchive
let running: Backups | null
beforeAll(async () => {
  source = await openTestArchive('embedded', NOW_MS)
  await source.follow({ source: 'coinbase' })
})
afterAll(() => source.close())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-schedule-'))
  running = null
})
afterEach(async () => {
  await running?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** Starts them at a time of the archive's clock; the folder is `backups` below. */
function start(nowMs: number, archive: Pick<TestArchive['archive'], 'backup'> = source.archive): Backups {
  const plan: BackupPlan = { folder: join(folder, 'backups'), everyHours: 24, keep: 2 }
  const clock = { now: () => nowMs }
  running = startBackups(plan, { archive, clock, log: pino({ level: 'silent' }) })
  return running
}

const names = async () => (await readdir(join(folder, 'backups'))).sort()
const newestMs = async (backups: Backups) => (await backups.status()).newest?.madeMs ?? null

async function madeAt(nowMs: number): Promise<void> {
  const backups = start(nowMs)
  await vi.waitUntil(async () => (await newestMs(backups)) === nowMs, { timeout: 60_000 })
  await backups.stop()
}

test('one is made when the newest is a day old, is whole and its owner’s alone; the oldest goes after the new one', async () => {
  for (const day of [0, 24, 48]) await madeAt(NOW_MS + day * HOUR_MS)
  expect(await names()).toEqual([
    'crypto-tracker-20240302T120000Z.backup',
    'crypto-tracker-20240303T120000Z.backup',
  ])
  const newest = join(folder, 'backups', 'crypto-tracker-20240303T120000Z.backup')
  expect((await stat(newest)).mode & 0o777).toBe(0o600)
  expect(await checkBackup(newest)).toBeGreaterThan(0)
  const target = await openTestArchive('embedded', NOW_MS)
  try {
    await restore(target.database, newest)
    expect(await target.archive.markets()).toEqual(await source.archive.markets())
  } finally {
    await target.close()
  }
})

test('before that nothing is made, and a file of another name is nobody’s business', async () => {
  await madeAt(NOW_MS)
  await writeFile(join(folder, 'backups', 'by-hand.backup'), '')
  const made = vi.fn<TestArchive['archive']['backup']>()
  const backups = start(NOW_MS + 23 * HOUR_MS, { backup: made })
  expect(await backups.status()).toMatchObject({ everySeconds: 86_400, files: 1, failures: 0 })
  await backups.stop()
  expect(made).not.toHaveBeenCalled()
  expect(await names()).toEqual(['by-hand.backup', 'crypto-tracker-20240301T120000Z.backup'])
})

test('one that cannot be read back takes no name, and the good one before it stays', async () => {
  await madeAt(NOW_MS)
  const damaging: typeof source.archive.backup = async (file) => {
    const report = await source.archive.backup(file)
    await truncate(file, report.bytes - 10)
    return report
  }
  const backups = start(NOW_MS + 24 * HOUR_MS, { backup: damaging })
  await vi.waitUntil(async () => (await backups.status()).failures === 1, { timeout: 60_000 })
  expect(await names()).toEqual(['crypto-tracker-20240301T120000Z.backup'])
})

test('what a process that was ended left goes; what another one is writing is waited for', async () => {
  await madeAt(NOW_MS)
  const left = (hour: string) =>
    join(folder, 'backups', `crypto-tracker-20240301T${hour}0000Z.backup.new.part`)
  await writeFile(left('13'), 'half')
  await writeFile(left('14'), 'half')
  const laterMs = NOW_MS + 25 * HOUR_MS
  await utimes(left('13'), NOW_MS / 1000, NOW_MS / 1000)
  await utimes(left('14'), laterMs / 1000, laterMs / 1000)
  const made = vi.fn<TestArchive['archive']['backup']>()
  const backups = start(laterMs, { backup: made })
  await vi.waitUntil(async () => !(await names()).some((name) => name.includes('T13')), { timeout: 60_000 })
  await backups.stop()
  expect(made).not.toHaveBeenCalled()
  expect(await names()).toContain('crypto-tracker-20240301T140000Z.backup.new.part')
})
