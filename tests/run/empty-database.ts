/** Says where `tests/database/folder.ts` keeps the empty database of this run, and takes it away in the end. */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export default async function setup(): Promise<() => Promise<void>> {
  const template = join(tmpdir(), `crypto-tracker-empty-${process.pid}`)
  const remove = () => rm(template, { recursive: true, force: true })
  // A run that was broken off, and had the same number, may have left another version's.
  await remove()
  process.env['TEST_EMPTY_DATABASE'] = template
  return remove
}
