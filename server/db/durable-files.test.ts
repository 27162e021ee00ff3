import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DurableFiles } from './durable-files.ts'

/** What happened to the files, in order. */
const happened: string[] = []

vi.mock(import('node:fs'), async (original) => {
  const fs = await original()
  const noted =
    <A extends [number]>(name: string, sync: (...args: A) => void) =>
    (...args: A) => {
      happened.push(name)
      sync(...args)
    }
  return {
    ...fs,
    fdatasyncSync: noted('log synced', fs.fdatasyncSync),
    fsyncSync: noted('synced', fs.fsyncSync),
  }
})

const LOG = 'pg_wal/00000001000000000000000A'
let folder: string
let files: DurableFiles

beforeEach(async () => {
  happened.length = 0
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-durable-'))
  files = new DurableFiles(join(folder, 'database'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The operations on files as PostgreSQL calls them; writes are noted and not done. */
async function operations(more: object = { _PostgresMainLoopOnce: () => {} }) {
  const module = {
    NODEFS: {
      stream_ops: {
        write: (stream: { node: { name: string } }) => {
          happened.push(`wrote ${stream.node.name}`)
          return 0
        },
        fsync: (() => 0) as (stream: object) => number,
      },
      realPath: (node: { name: string }) => join(folder, 'database', node.name),
    },
    FS: { mkdirTree: () => {}, mount: () => {} },
    ...more,
  }
  const { emscriptenOpts } = await files.init({ Module: { FS: { quit: () => {} } } } as unknown as PGlite, {})
  for (const run of emscriptenOpts.preRun ?? []) run(module as never)
  const { stream_ops: own } = module.NODEFS
  const write = own.write as (stream: object, memory: Int8Array, offset: number, length: number) => number
  const stream = (name: string) => ({ node: { name } })
  return {
    write: (name: string, byte = 1) => write(stream(name), Int8Array.of(byte, byte, byte, byte), 0, 4),
    sync: (name: string) => own.fsync(stream(name)),
  }
}

async function makeLog(): Promise<void> {
  await mkdir(join(folder, 'database', 'pg_wal'), { recursive: true })
  await writeFile(join(folder, 'database', LOG), 'log')
}

test('no page is written before the log of the commits so far is on disk', async () => {
  const { write, sync } = await operations()
  await makeLog()
  write(LOG)
  sync(LOG)
  write(LOG)
  sync(LOG)
  write('base/5/1259')
  write('base/5/1260')
  expect(happened).toEqual([
    `wrote ${LOG}`,
    `wrote ${LOG}`,
    'log synced',
    'wrote base/5/1259',
    'wrote base/5/1260',
  ])
})

test('a table that grows by zeros does not wait for the log', async () => {
  const { write, sync } = await operations()
  await makeLog()
  sync(LOG)
  write('base/5/1259', 0)
  expect(happened).toEqual(['wrote base/5/1259'])
})

test('what a commit left in the log is on disk after the end', async () => {
  const { sync } = await operations()
  await makeLog()
  sync(LOG)
  await files.closeFs()
  expect(happened).toEqual(['log synced'])
})

test('a file of the log that a checkpoint took away needs no sync', async () => {
  const { write, sync } = await operations()
  sync(LOG)
  write('base/5/1259')
  expect(happened).toEqual(['wrote base/5/1259'])
})

test('an engine whose panics could not be seen is not taken', async () => {
  await expect(operations({})).rejects.toThrow('another main loop')
})
