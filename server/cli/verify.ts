/** `crypto-tracker verify`: re-reads every stored byte, tells each fault, and each gap with its reason. */
import type { Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import { GAP_REASONS, placesByClass } from '../archive/gaps.ts'
import type { GapClass } from '../../core/wire/owner.ts'
import type { Gap, VerifyFault } from '../archive/types.ts'
import { withConnection } from './connect.ts'
import type { ExitCode } from './exit.ts'
import { formatOption, readMarket, type Format } from './options.ts'
import { printRows, say, type Row } from './output.ts'

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
      sayGaps(gaps)
      await printRows([...faults.map(faultRow), ...gaps.map(gapRow)], format, {
        ...report,
        missing_by_class: placesByClass(gaps),
      })
      done(faults.length > 0 ? 1 : 0)
    })
}

/** How many places are missing for which reason. */
export function sayGaps(gaps: readonly Gap[]): void {
  for (const [kind, places] of Object.entries(placesByClass(gaps)))
    say(`  ${places} missing places: ${GAP_REASONS[kind as GapClass]}`)
}

function faultRow({ market, interval, at, fault }: VerifyFault): Row {
  return { kind: 'fault', market, interval, from: at, to: null, places: null, what: fault }
}

function gapRow({ market, interval, from, to, places, class: kind, why }: Gap): Row {
  return { kind, market, interval, from, to, places, what: why }
}
