/**
 * The benchmarks by name, and their command line. Exit code 2 for a wrong one.
 */
import { bytes } from './bytes.ts'
import { decode } from './decode.ts'
import { tableOf, type Measurement } from './measurement.ts'
import { firstPaint, panning } from './page/charts.ts'
import { coldStart } from './page/cold-start.ts'
import { gestures } from './page/gestures.ts'
import { slider } from './page/slider.ts'
import { pageDecode } from './page/decode.ts'
import { pageWindows } from './page/windows.ts'
import { lighthouseOfDemo } from './page/lighthouse.ts'
import { indexedDb } from './page/indexeddb.ts'
import { sealed } from './archive/sealed.ts'
import { upsert } from './archive/upsert.ts'
import { verify } from './archive/verify.ts'
import { backfill } from './server/backfill.ts'
import { chunkRoute } from './server/chunk-route.ts'
import { dataFolder } from './server/data-folder.ts'
import { live } from './server/live.ts'
import { markets } from './server/markets.ts'
import { accuracy } from './sigma/accuracy.ts'
import { cone } from './sigma/cone.ts'
import { estimators } from './sigma/estimators.ts'
import { rolling } from './sigma/rolling.ts'
import { windows } from './sigma/windows.ts'
import { coverage, efficiency, jumps } from './sigma/simulated.ts'
import { catchingUp } from './sync/catching-up.ts'

interface Benchmark {
  readonly about: string
  readonly run: () => Promise<readonly Measurement[]>
}

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  bytes: { about: 'bytes on the wire per candle, a month of minutes', run: bytes },
  decode: { about: 'from bytes to a grid of doubles, a year of minutes', run: decode },
  estimators: { about: 'five estimators of σ over a year of minutes', run: estimators },
  windows: { about: 'ten estimators in six windows over a year of minutes', run: windows },
  cone: { about: 'a cone with exact quantiles over a year of minutes', run: cone },
  accuracy: { about: 'worst error of σ over hostile series, no value missing', run: accuracy },
  efficiency: { about: 'bias and efficiency of estimators on simulated diffusions', run: efficiency },
  coverage: { about: 'how often the bands round σ hold the truth, simulated', run: coverage },
  jumps: { about: 'how often the jump test finds jumps on simulated days of minutes', run: jumps },
  rolling: { about: 'rolling deviation beside npm libraries', run: rolling },
  'chunk-route': { about: 'the route of chunks beside bare node:http', run: chunkRoute },
  live: { about: 'ten thousand listeners beside bare node:http', run: live },
  sealed: { about: 'bytes of the archive per sealed candle, everything counted', run: sealed },
  verify: { about: 'every stored byte read again', run: verify },
  upsert: { about: 'candles into rows, beside a plain multi-row insert', run: upsert },
  backfill: { about: 'history at the limit of a source, near and far', run: backfill },
  markets: { about: 'ten thousand markets of one source at its limit, on this machine', run: markets },
  'data-folder': { about: 'the data folder after 30 days of ten markets, in parts', run: dataFolder },
  'catching-up': { about: 'a device that was away, beside JSON + gzip of the same candles', run: catchingUp },
  'page-decode': { about: 'the same in a page, beside JSON + gzip', run: pageDecode },
  'page-windows': { about: 'ten estimators in six windows in a page, beside Node', run: pageWindows },
  indexeddb: { about: 'a year of minutes in IndexedDB: written, read, on disk', run: indexedDb },
  'cold-start': {
    about: 'from a new browser process to the painted chart, without a server',
    run: coldStart,
  },
  'first-paint': { about: 'from points in memory to the painted chart, a year of minutes', run: firstPaint },
  lighthouse: { about: 'what Lighthouse says of the demo, mobile, five runs', run: lighthouseOfDemo },
  panning: { about: 'a frame while the chart is moved', run: panning },
  gestures: { about: 'fingers on a year of minutes in the app, on a slow phone', run: gestures },
  slider: { about: 'the window of σ dragged over a year of hours, on a slow phone', run: slider },
}

/** Runs the benchmarks named, all without a name; gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json')
  const names = args.filter((arg) => arg !== '--json')
  const unknown = names.filter((name) => !Object.hasOwn(BENCHMARKS, name))
  if (unknown.length > 0) {
    console.error(`There is no benchmark ${unknown.join(', ')}. Usage: npm run bench [-- NAME…] [-- --json]`)
    for (const [name, { about }] of Object.entries(BENCHMARKS)) console.error(`  ${name.padEnd(12)} ${about}`)
    return 2
  }
  const all: Measurement[] = []
  for (const [name, { about, run }] of Object.entries(BENCHMARKS)) {
    if (names.length > 0 && !names.includes(name)) continue
    const measured = await run()
    all.push(...measured)
    if (!json) console.log(`${name}: ${about}\n\n${tableOf(measured)}\n`)
  }
  if (json) console.log(JSON.stringify(all, null, 2))
  return 0
}
