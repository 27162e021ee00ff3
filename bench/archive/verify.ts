/** `crypto-tracker verify` over a sealed year of minutes: hashes, order, rules of candles, gaps, roll-ups. */
import type { Measurement } from '../measurement.ts'
import { middleOf, timed } from '../paired.ts'
import { fillArchive } from './filled.ts'

const ROUNDS = 5

export async function verify(): Promise<Measurement[]> {
  const { on, label } = await fillArchive('embedded')
  try {
    const perSecond: number[] = []
    const perCpuSecond: number[] = []
    let candles = 0
    for (let round = -1; round < ROUNDS; round++) {
      const before = process.cpuUsage()
      const ms = await timed(async () => {
        const report = await on.archive.verify(null)
        if (report.faults.length > 0) throw new Error(`the archive is faulty: ${report.faults[0]!.fault}`)
        candles = report.candles
      })
      const { user, system } = process.cpuUsage(before)
      if (round < 0) continue
      perSecond.push((candles / ms) * 1000)
      perCpuSecond.push((candles / (user + system)) * 1e6)
    }
    const figure = (subject: string, samples: readonly number[], unit: string): Measurement => {
      const { median, spread } = middleOf(samples)
      return {
        name: 'verify',
        subject: `${label}: ${subject}`,
        value: median,
        unit,
        ratio_to: null,
        ratio: null,
        n: candles,
        spread,
      }
    }
    return [
      figure('by the clock', perSecond, 'candles/s'),
      figure('of processor time', perCpuSecond, 'candles/s'),
    ]
  } finally {
    await on.close()
  }
}
