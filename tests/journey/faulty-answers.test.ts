/**
 * A source that misbehaves, in virtual time: ingest reads a simulated exchange whose answers about each market and interval
 * are faulty in a way of their own, and ends with the exchange's candles and no others.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { ANSWER_FAULTS, type AnswerFault } from '../../simulator/faults.ts'
import type { FaultReport } from '../simulation/each-fault.ts'

const SEED = process.env['FAULT_SEED'] ?? '1'

describe(`a source whose answers are faulty (FAULT_SEED=${SEED})`, () => {
  let reports: readonly FaultReport[]
  let faults: readonly unknown[]
  const of = (kind: AnswerFault) => reports.find((report) => report.kind === kind)!

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['tests/simulation/each-fault.ts'], {
      maxBuffer: 256 * 1024 * 1024,
    })
    ;({ reports, faults } = JSON.parse(stdout) as { reports: FaultReport[]; faults: unknown[] })
  })

  test.each(ANSWER_FAULTS)('answers with %s: every candle comes, none is wrong', (kind) => {
    const { wanted, given, held, real } = of(kind)
    expect(given).toBeGreaterThanOrEqual(wanted)
    expect(real.length).toBeGreaterThan(1)
    expect(held).toEqual(real)
  })

  test.each([
    ['null-rows', /no price|no Unix time/],
    ['negative', /no price|no volume/],
    ['zero', /no price/],
    ['high-below-low', /lies above/],
    ['text-numbers', /no price/],
    ['off-grid', /not on the grid/],
    ['future', /lies in the future/],
    ['spike', /far from the neighbouring ones/],
  ] as const)('has its rows with %s in quarantine, with reason and raw text', (kind, reason) => {
    const found = of(kind).refused.filter((row) => reason.test(row.reason))
    expect(found.length).toBeGreaterThan(0)
    expect(found[0]!.raw).not.toBe('')
  })

  test.each(['truncated', 'html', 'content-type', 'empty-body', 'server-error', 'too-many'] as const)(
    'has its answer with %s kept as it came',
    (kind) => {
      const { wanted, raw } = of(kind)
      // The faulty ones and the good one after them.
      expect(raw).toBeGreaterThan(wanted)
    },
  )

  test('ends with an archive of which every stored byte verifies', () => {
    expect(faults).toEqual([])
  })
})
