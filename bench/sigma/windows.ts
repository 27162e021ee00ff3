/**
 * All ten estimators in six windows over a year of minutes, beside the same loops in C; and a stream of those minutes, whose
 * bars cost the same in every window.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CandleColumns } from '../../core/candle/columns.ts'
import { Memory } from '../../core/volatility/memory.ts'
import { volatilityStream } from '../../core/volatility/stream.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed, type Subject } from '../paired.ts'
import { hasCommand, PeerProcess } from '../peer-process.ts'
import { allWindows } from './all-windows.ts'
import { yearColumns } from './year.ts'

const OURS = 'core/volatility'
const C = 'the same loops in C (gcc -O3)'

export async function windows(): Promise<Measurement[]> {
  const columns = yearColumns()
  const folder = mkdtempSync(join(tmpdir(), 'bench-windows-'))
  const peer = hasCommand('gcc') ? peerIn(folder, columns) : null
  if (!peer) console.error('windows: C is skipped: gcc is not installed')
  try {
    // As in C, the memory of the round before.
    const memory = new Memory()
    const subjects: Record<string, Subject> = {
      [OURS]: () => timed(() => allWindows(columns, memory, false)),
      ...(peer ? { [C]: () => peer.process.run() } : {}),
    }
    const samples = await pairedRounds(subjects, { warmUp: 5 })
    if (peer) assertSame(peer.output, allWindows(columns, memory, true))
    const comparison = {
      name: 'windows',
      label: 'ten estimators, six windows',
      unit: 'ms',
      n: columns.length,
    }
    return [...compared({ ...comparison, against: peer ? C : OURS }, samples), ...(await streams(columns))]
  } finally {
    await peer?.process.stop()
    rmSync(folder, { recursive: true })
  }
}

function peerIn(folder: string, { open, high, low, close }: CandleColumns) {
  const input = join(folder, 'columns')
  writeFileSync(input, Buffer.concat([open, high, low, close].map((column) => new Uint8Array(column.buffer))))
  const program = join(folder, 'estimators')
  const source = fileURLToPath(new URL('estimators.c', import.meta.url))
  execFileSync('gcc', ['-O3', '-o', program, source, '-lm'])
  const output = join(folder, 'sums')
  return { process: new PeerProcess(program, [input, output, 'all']), output }
}

/** Whoever is compared must compute the same: each σ added up over all its places. */
function assertSame(output: string, ours: readonly number[]): void {
  const theirs = new Float64Array(new Uint8Array(readFileSync(output)).buffer)
  ours.forEach((sum, index) => {
    if (!(Math.abs(theirs[index]! / sum - 1) < 1e-9))
      throw new Error(`C, sum ${index} of windows and estimators: ${theirs[index]}, ours ${sum}`)
  })
}

/** A year of minutes bar by bar: a window that is 720 times as long costs no more. */
async function streams(columns: CandleColumns): Promise<Measurement[]> {
  const { length, startMs, states, open, high, low, close } = columns
  const year = (window: number) => () =>
    timed(() => {
      const request = { estimator: 'yang-zhang', window, mean: 'sample', barsPerYear: 525_600 } as const
      const stream = volatilityStream({ ...request, minCoverage: 0.5 }, '1m', startMs)
      for (let i = 0; i < length; i++) stream.push(states[i]!, open[i]!, high[i]!, low[i]!, close[i]!)
    })
  const short = 'Yang-Zhang over an hour'
  const samples = await pairedRounds({ 'over 30 days': year(43_200), [short]: year(60) })
  const comparison = { name: 'windows', label: 'a year bar by bar', unit: 'ms', n: length }
  return compared({ ...comparison, against: short }, samples)
}
