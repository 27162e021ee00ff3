/**
 * Five estimators over a year of minutes, beside the same loops in C and what people use in Python, where those are
 * installed. What is not is named.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CandleColumns } from '../../core/candle/columns.ts'
import { LogColumns } from '../../core/volatility/logs.ts'
import { Memory } from '../../core/volatility/memory.ts'
import type { Estimator } from '../../core/volatility/types.ts'
import { volatility } from '../../core/volatility/volatility.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed, type Subject } from '../paired.ts'
import { hasCommand, PeerProcess } from '../peer-process.ts'
import { WINDOW, yearColumns } from './year.ts'

const FIVE: readonly Estimator[] = ['close', 'parkinson', 'garman-klass', 'rogers-satchell', 'yang-zhang']
const OURS = 'core/volatility'

export async function estimators(): Promise<Measurement[]> {
  const columns = yearColumns()
  const folder = mkdtempSync(join(tmpdir(), 'bench-estimators-'))
  const peers = peersIn(folder, columns)
  try {
    const subjects: Record<string, Subject> = { [OURS]: () => timed(() => giveBack(five(columns))) }
    for (const [name, { process }] of Object.entries(peers)) subjects[name] = () => process.run()
    const samples = await pairedRounds(subjects, { warmUp: 10 })
    const ours = five(columns)
    for (const [name, { output }] of Object.entries(peers)) assertSame(name, output, ours)
    const comparison = { name: 'estimators', label: 'a year of minutes', unit: 'ms', n: columns.length }
    return Object.keys(subjects)
      .filter((name) => name !== OURS)
      .flatMap((against) =>
        compared({ ...comparison, against }, { [OURS]: samples[OURS]!, [against]: samples[against]! }),
      )
  } finally {
    await Promise.all(Object.values(peers).map(({ process }) => process.stop()))
    rmSync(folder, { recursive: true })
  }
}

/** As in C, the memory of the round before. */
const memory = new Memory()

/** σ of all five, logarithms and counts made anew. */
function five(columns: CandleColumns): readonly Float64Array<ArrayBuffer>[] {
  const logs = new LogColumns(columns, memory)
  const sigmas = FIVE.map((estimator) => {
    const request = {
      estimator,
      window: WINDOW,
      mean: 'sample',
      barsPerYear: 525_600,
      minCoverage: 0.5,
    } as const
    return volatility(columns, request, logs).sigma
  })
  logs.release()
  return sigmas
}

function giveBack(sigmas: readonly Float64Array<ArrayBuffer>[]): void {
  for (const sigma of sigmas) memory.giveBack(sigma)
}

interface Peer {
  readonly process: PeerProcess
  /** The file that σ is left in. */
  readonly output: string
}

/** Those that this machine can run. */
function peersIn(folder: string, { open, high, low, close }: CandleColumns): Record<string, Peer> {
  const input = join(folder, 'columns')
  writeFileSync(input, Buffer.concat([open, high, low, close].map((column) => new Uint8Array(column.buffer))))
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const peers: Record<string, Peer> = {}
  const add = (name: string, kind: string, command: string, args: readonly string[] = []) => {
    const output = join(folder, `${command.length}-${kind}`)
    peers[name] = { process: new PeerProcess(command, [...args, input, output, kind]), output }
  }
  if (hasCommand('gcc')) {
    const program = join(folder, 'estimators')
    execFileSync('gcc', ['-O3', '-o', program, here('estimators.c'), '-lm'])
    add('the same loops in C (gcc -O3)', 'exact', program)
    add('C, running sums that lose digits', 'plain', program)
  } else skipped('C', 'gcc is not installed')
  for (const library of ['numpy', 'pandas'])
    if (hasCommand('python3', ['-c', `import ${library}`]))
      add(library, library, 'python3', [here('estimators.py')])
    else skipped(library, `python3 cannot import it`)
  return peers
}

function skipped(peer: string, reason: string): void {
  console.error(`estimators: ${peer} is skipped: ${reason}`)
}

/** Whoever is compared must compute the same; running sums are allowed their digits. */
function assertSame(name: string, output: string, ours: readonly Float64Array[]): void {
  const theirs = new Float64Array(new Uint8Array(readFileSync(output)).buffer)
  ours.forEach((sigma, index) => {
    for (let place = WINDOW; place < sigma.length; place++) {
      const other = theirs[index * sigma.length + place]!
      if (!(Math.abs(other / sigma[place]! - 1) < 1e-6))
        throw new Error(`${name}, ${FIVE[index]} at place ${place}: ${other}, ours ${sigma[place]}`)
    }
  })
}
