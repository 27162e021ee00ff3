/**
 * Data folders with an empty database in them. Making one takes seconds, so a run of the tests makes it once, when the first
 * one is wanted, and each gets a copy.
 */
import { cpSync, existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../server/db/open.ts'

/** Outside of a run of the tests (benchmarks) the folder is empty, and its database made when it is opened. */
export async function newDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'crypto-tracker-data-'))
  const template = process.env['TEST_EMPTY_DATABASE']
  if (template === undefined) return dataDir
  if (!existsSync(template)) await makeTemplate(template)
  // In one call, since the other one takes a turn of the loop for each of a thousand files.
  cpSync(join(template, 'database'), join(dataDir, 'database'), { recursive: true })
  return dataDir
}

async function makeTemplate(template: string): Promise<void> {
  const folder = await mkdtemp(`${template}-`)
  await (await openDatabase({ dataDir: folder, databaseUrl: null })).close()
  try {
    await rename(folder, template)
  } catch (error) {
    // Another worker was quicker.
    if (!existsSync(template)) throw error
    await rm(folder, { recursive: true })
  }
}
