import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FolderInUseError } from './database.ts'
import { lockFolder } from './lock.ts'

let folder: string
let holder: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-lock-'))
})
afterEach(async () => {
  holder?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** Another process that holds the folder until it is killed. */
async function startHolder(): Promise<ChildProcess> {
  const program = `
    import { lockFolder } from ${JSON.stringify(new URL('lock.ts', import.meta.url).href)}
    lockFolder(${JSON.stringify(folder)})
    console.log('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

test('a folder that another process holds is refused, by its name and with what to do', async () => {
  holder = await startHolder()
  expect(() => lockFolder(folder)).toThrow(FolderInUseError)
  expect(() => lockFolder(folder)).toThrow(new RegExp(`${folder} is in use.*DATA_DIR`))
})

test('the lock dies with its process, even when that is killed', async () => {
  holder = await startHolder()
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  lockFolder(folder)()
})

test('once it is let go, the folder can be taken again', () => {
  lockFolder(folder)()
  lockFolder(folder)()
})

test('within one process, too, a folder is held once', () => {
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(FolderInUseError)
  release()
})
