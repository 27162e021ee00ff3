/** The data folder: whether it may be written, who else may read it, and how much room is left. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fault, ok, reasonOf, warning, type Finding } from './finding.ts'

/** Below this a start, a seal or a vacuum may fail. */
const LEAST_BYTES = 200e6
const LITTLE_BYTES = 1e9

export async function checkDisk(dataDir: string): Promise<readonly Finding[]> {
  const folder = nearest(resolve(dataDir))
  return [await checkFolder(dataDir, folder), await checkSpace(folder)]
}

/** The folder, or where it is not made yet the one in which it will be. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}

async function checkFolder(dataDir: string, folder: string): Promise<Finding> {
  try {
    const probe = await mkdtemp(join(folder, '.doctor-'))
    await rm(probe, { recursive: true })
  } catch (error) {
    return fault(
      'folder',
      `${folder} may not be written (${reasonOf(error)})`,
      `give it to this user (chown, chmod u+rwx), or set DATA_DIR to another folder`,
    )
  }
  if (folder !== resolve(dataDir))
    return ok('folder', `${dataDir} is not there yet: the first start makes it`)
  const { mode } = await stat(folder)
  // Windows has no such bits.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    return warning(
      'folder',
      `${dataDir} is open to other users of this machine (mode ${(mode & 0o777).toString(8)})`,
      `chmod 700 ${dataDir}`,
    )
  }
  return ok('folder', `${dataDir} may be written, by this user alone`)
}

async function checkSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const said = `${(free / 1e9).toFixed(1)} GB free where ${folder} lies`
  const todo = 'make room, or set DATA_DIR to a disk with more'
  if (free < LEAST_BYTES) return fault('disk', said, todo)
  return free < LITTLE_BYTES ? warning('disk', said, todo) : ok('disk', said)
}
