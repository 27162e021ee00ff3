/** A year of minutes from bytes to columns in the page's worker, beside JSON + gzip of the same rows. */
import { compared, type Measurement } from '../measurement.ts'
import type { Samples } from '../paired.ts'
import { openBench } from './open.ts'

export async function pageDecode(): Promise<Measurement[]> {
  await using bench = await openBench()
  const page = await bench.open()
  const { atRest, withVolume, fetched } = await page.ask('decode', bench.year)
  const rows = (label: string, samples: Samples) =>
    compared({ name: 'page-decode', label, unit: 'ms', n: bench.year.rows, against: 'JSON + gzip' }, samples)
  return [
    ...rows('prices at rest', atRest),
    ...rows('prices and volumes at rest', withVolume),
    ...rows('prices from the server', fetched),
  ]
}
