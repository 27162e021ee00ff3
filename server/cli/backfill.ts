/** `crypto-tracker backfill`: has history read again at the source, and waits for it where asked to. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import type { BackfillProgress } from '../../core/wire/api.ts'
import { withConnection, type Connection } from './connect.ts'
import { formatOption, readInstant, readMarket, type Format } from './options.ts'
import { printRows, progressLine, say } from './output.ts'
import { sayGaps } from './verify.ts'

const POLL_MS = 1_000

interface Options {
  readonly market: MarketId
  readonly since?: number
  readonly wait: boolean
  readonly format: Format
}

export function addBackfill(program: Command): void {
  program
    .command('backfill')
    .description('mark history as unread, so that it is read again at the source, sealed or not')
    .requiredOption('--market <id>', 'a market of the archive', readMarket)
    .option('--since <time>', 'from here on (default: everything)', readInstant)
    .option('--wait', 'end when all of it has been read', false)
    .addOption(formatOption())
    .action(async (options: Options) => {
      const progress = await withConnection((connection) => run(connection, options))
      await printRows(
        progress.map(({ market, interval, wanted, done }) => ({ market, interval, wanted, done })),
        options.format,
      )
    })
}

async function run(connection: Connection, options: Options): Promise<readonly BackfillProgress[]> {
  const { operations, remote } = connection
  const { sinceMs } = await operations.backfill(options.market, options.since ?? null)
  if (options.wait) {
    await connection.startReading()
    const progress = await waitUntilRead(connection, options.market, sinceMs)
    // Read is not the same as there.
    const gaps = await operations.gaps(options.market, null)
    sayGaps(gaps.filter(({ to }) => Date.parse(to) > sinceMs))
    return progress
  }
  if (!remote) say(`${options.market} is read again at the next start of the server; --wait does it now`)
  return operations.progress(options.market, sinceMs)
}

async function waitUntilRead(
  { operations }: Connection,
  market: MarketId,
  sinceMs: number,
): Promise<readonly BackfillProgress[]> {
  const show = progressLine()
  for (;;) {
    const progress = await operations.progress(market, sinceMs)
    show(progress.map(({ interval, wanted, done }) => `${interval} ${done} of ${wanted}`).join(' · '))
    if (progress.every(({ wanted, done }) => done >= wanted)) {
      show('')
      return progress
    }
    await pause(POLL_MS)
  }
}
