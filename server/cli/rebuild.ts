/** `crypto-tracker rebuild`: candles made again of the raw answers that are kept, and chunks of their places. */
import type { Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import { addCounts } from '../archive/rebuild-counts.ts'
import type { RebuildAt, RebuildCounts, VerifyFault } from '../archive/types.ts'
import type { Operations } from '../control/operations.ts'
import { withConnection } from './connect.ts'
import type { ExitCode } from './exit.ts'
import { formatOption, readMarket, type Format } from './options.ts'
import { printRows, progressLine, say, type Row } from './output.ts'

interface Options {
  readonly market?: MarketId
  readonly format: Format
}

interface Rebuilt {
  readonly series: Row[]
  readonly faults: VerifyFault[]
}

export function addRebuild(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('rebuild')
    .description(
      'make candles again of the raw answers that are kept, and all chunks of their places; exit code 1 on any fault',
    )
    .option('--market <id>', 'one market only', readMarket)
    .addOption(formatOption())
    .action(async ({ market, format }: Options) => {
      const rebuilt = await withConnection(({ operations }) => rebuildAll(operations, market ?? null))
      const sum = (name: string) => rebuilt.series.reduce((total, row) => total + Number(row[name]), 0)
      say(
        `${sum('from_raw')} candles made again of raw answers: ${sum('changed')} were otherwise and ${sum('added')} lacking; ` +
          `${sum('without_raw')} have no raw answer and stay; ${sum('chunks')} chunks made again, ${sum('renamed')} with another name; ` +
          `${rebuilt.faults.length} faults`,
      )
      for (const { market: id, interval, at, fault } of rebuilt.faults)
        say(`  ${id} ${interval} ${at}: ${fault}`)
      await printRows(rebuilt.series, format, rebuilt)
      done(rebuilt.faults.length > 0 ? 1 : 0)
    })
}

async function rebuildAll(operations: Operations, only: MarketId | null): Promise<Rebuilt> {
  const markets = only === null ? (await operations.markets()).map(({ id }) => id) : [only]
  const rebuilt: Rebuilt = { series: [], faults: [] }
  const show = progressLine()
  for (const market of markets) {
    const counts = new Map<string, RebuildCounts>()
    let at: RebuildAt | null = null
    do {
      const step = await operations.rebuild(market, at)
      for (const found of step.counts) {
        const before = counts.get(found.interval)
        counts.set(found.interval, before ? addCounts(before, found) : found)
      }
      rebuilt.faults.push(...step.faults)
      show(`${market}: ${step.done} of ${step.total}`)
      at = step.next
    } while (at !== null)
    rebuilt.series.push(
      ...[...counts.values()].filter(({ candles }) => candles > 0).map((found) => rowOf(market, found)),
    )
  }
  show('')
  return rebuilt
}

function rowOf(market: MarketId, counts: RebuildCounts): Row {
  const { interval, answers, unreadable, candles, fromRaw, changed, added, chunks, renamed } = counts
  return {
    market,
    interval,
    answers,
    unreadable,
    candles,
    from_raw: fromRaw,
    without_raw: candles - fromRaw,
    changed,
    added,
    chunks,
    renamed,
  }
}
