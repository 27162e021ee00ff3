/** All estimators in all windows in the page's worker, beside the same in Node. */
import { Memory } from '../../core/volatility/memory.ts'
import { compared, type Measurement } from '../measurement.ts'
import { pairedRounds, timed } from '../paired.ts'
import { allWindows } from '../sigma/all-windows.ts'
import { yearColumns } from '../sigma/year.ts'
import { openBench } from './open.ts'

const NODE = 'Node'

export async function pageWindows(): Promise<Measurement[]> {
  await using bench = await openBench()
  const page = await bench.open()
  const columns = yearColumns()
  const memory = new Memory()
  const samples = await pairedRounds(
    {
      "the page's worker": () => page.ask('windows', bench.year),
      [NODE]: () => timed(() => allWindows(columns, memory, false)),
    },
    { warmUp: 5 },
  )
  const comparison = { name: 'page-windows', label: 'ten estimators, six windows', unit: 'ms' }
  return compared({ ...comparison, n: columns.length, against: NODE }, samples)
}
