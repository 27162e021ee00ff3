/** A cone of six windows with exact quantiles over a year of minutes, beside the same in C. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CandleColumns } from '../../core/candle/columns.ts'
import { Cone, type ConeWindow } from '../../core/volatility/cone.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed, type Subject } from '../paired.ts'
import { hasCommand, PeerProcess } from '../peer-process.ts'
import { yearColumns } from './year.ts'

const OURS = 'core/volatility'
const C = 'the same in C (gcc -O3, qsort)'
const WINDOWS = [60, 240, 1440, 10_080, 43_200, 129_600]
const ASKED = { estimator: 'parkinson', mean: 'sample', barsPerYear: 525_600, minCoverage: 0.5 } as const

export async function cone(): Promise<Measurement[]> {
  const columns = yearColumns()
  const folder = mkdtempSync(join(tmpdir(), 'bench-cone-'))
  const peer = hasCommand('gcc') ? peerIn(folder, columns) : null
  if (!peer) console.error('cone: C is skipped: gcc is not installed')
  try {
    const made = () => new Cone(columns, ASKED, WINDOWS)
    const kept = made()
    const subjects: Record<string, Subject> = {
      [OURS]: () => timed(() => made().at()),
      ...(peer ? { [C]: () => peer.process.run() } : {}),
    }
    const samples = await pairedRounds(subjects, { warmUp: 3 })
    if (peer) assertSame(peer.output, kept.at())
    const comparison = { name: 'cone', label: 'six windows, exact quantiles', unit: 'ms', n: columns.length }
    return compared({ ...comparison, against: peer ? C : OURS }, samples)
  } finally {
    await peer?.process.stop()
    rmSync(folder, { recursive: true })
  }
}

function peerIn(folder: string, { open, high, low, close }: CandleColumns) {
  const input = join(folder, 'columns')
  writeFileSync(input, Buffer.concat([open, high, low, close].map((column) => new Uint8Array(column.buffer))))
  const program = join(folder, 'cone')
  execFileSync('gcc', ['-O3', '-o', program, fileURLToPath(new URL('cone.c', import.meta.url)), '-lm'])
  const output = join(folder, 'quantiles')
  return { process: new PeerProcess(program, [input, output]), output }
}

/** Whoever is compared must compute the same. */
function assertSame(output: string, ours: readonly ConeWindow[]): void {
  const theirs = new Float64Array(new Uint8Array(readFileSync(output)).buffer)
  const all = ours.flatMap(({ quantiles, percentile }) => [...Object.values(quantiles!), percentile!])
  all.forEach((value, index) => {
    if (!(Math.abs(theirs[index]! - (value as number)) <= 1e-9 * Math.abs(value as number)))
      throw new Error(`C, quantile ${index}: ${theirs[index]}, ours ${String(value)}`)
  })
}
