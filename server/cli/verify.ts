/** `crypto-tracker verify`: re-reads every stored byte and tells each fault. */
import type { Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import type { Gap } from '../archive/types.ts'
import { withConnection } from './connect.ts'
import type { ExitCode } from './exit.ts'
import { formatOption, readMarket, type Format } from './options.ts'
import { printRows, say } from './output.ts'

interface Options {
  readonly market?: MarketId
  readonly format: Format
}

export function addVerify(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('verify')
    .description(
      're-read every stored byte: hashes, order, candle rules, gaps, roll-ups; exit code 1 on any fault',
    )
    .option('--market <id>', 'one market only', readMarket)
    .addOption(formatOption())
    .action(async ({ market, format }: Options) => {
      const report = await withConnection(({ operations }) => operations.verify(market ?? null))
      const { candles, chunks, missing, faults, gaps } = report
      say(
        `${candles} candles in ${chunks} chunks and rows read; ${missing} places missing; ${faults.length} faults`,
      )
      for (const [why, places] of placesByReason(gaps)) say(`  ${places} of them: ${why}`)
      const rows = faults.map(({ market: id, interval, at, fault }) => ({ market: id, interval, at, fault }))
      if (format === 'json' || rows.length > 0) await printRows(rows, format, report)
      done(faults.length > 0 ? 1 : 0)
    })
}

function placesByReason(gaps: readonly Gap[]): ReadonlyMap<Gap['why'], number> {
  const places = new Map<Gap['why'], number>()
  for (const gap of gaps) places.set(gap.why, (places.get(gap.why) ?? 0) + gap.places)
  return places
}
