/** Several processes on one database, as `doctor` judges what they say of themselves. */
import { expect, test } from 'vitest'
import { checkProcesses } from './processes.ts'
import type { ServerStatus } from './server-status.ts'

const NOW_MS = Date.UTC(2024, 2, 10, 12)
const reader = (number: number, silentMs = 1_000, version = '1.2.3') => ({
  role: 'ingest',
  version,
  place: `pi, process ${number}`,
  startedMs: NOW_MS - 3_600_000,
  seenMs: NOW_MS - silentMs,
})
const lease = (holder: string | null, silentMs: number) => ({
  what: 'coinbase',
  holder,
  takenMs: NOW_MS - 3_600_000,
  renewedMs: NOW_MS - silentMs,
})
const look = (status: Pick<ServerStatus, 'processes' | 'leases'>) =>
  checkProcesses({ isHere: false, sources: [], revision: 1, size: { database: 1 }, ...status }, NOW_MS)

test('those that live and renew are well, each with its place and how long ago it was heard', () => {
  const found = look({ processes: [reader(1), reader(2)], leases: [lease('pi, process 2', 3_000)] })
  expect(found.map(({ status }) => status)).toEqual(['ok', 'ok'])
  expect(found[0]!.finding).toBe(
    '2 on this database: ingest 1.2.3 (pi, process 1, seen 1 s ago); ingest 1.2.3 (pi, process 2, seen 1 s ago)',
  )
  expect(found[1]!.finding).toBe('coinbase: pi, process 2, since 60 min ago, renewed 3 s ago')
})

test('one that died a moment ago is named, and so is what it did', () => {
  const [run, held] = look({
    processes: [reader(1), reader(2, 15_000)],
    leases: [lease('pi, process 2', 15_000)],
  })
  expect(run).toMatchObject({ status: 'warning', todo: expect.stringContaining('pi, process 2') })
  expect(run!.todo).not.toContain('process 1')
  expect(held).toMatchObject({ status: 'warning', todo: expect.stringContaining('within 30 s') })
})

test('what nobody does is a fault, and two versions are a warning', () => {
  const [run, held] = look({
    processes: [reader(1), reader(2, 1_000, '1.2.4')],
    leases: [lease(null, 7_000)],
  })
  expect(run).toMatchObject({ status: 'warning', todo: expect.stringContaining('one version') })
  expect(held).toMatchObject({
    status: 'fault',
    finding: 'coinbase: no process does it, the last one did 7 s ago',
    todo: expect.stringContaining('ROLE=ingest'),
  })
})

test('where no server runs, or it cannot say, there is nothing to judge', () => {
  expect(checkProcesses(null, NOW_MS)).toEqual([])
  expect(checkProcesses(new Error('gone'), NOW_MS)).toEqual([])
})
