/** `crypto-tracker markets`: what is tracked, what could be, and changing it. */
import type { Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { Market } from '../archive/types.ts'
import { withConnection } from './connect.ts'
import { formatOption, readInstant, readMarket, type Format } from './options.ts'
import { printRows, say, type Row } from './output.ts'

interface FormatOptions {
  readonly format: Format
}

interface AddOptions extends FormatOptions {
  readonly since?: number
  readonly continues?: MarketId
}

export function addMarkets(program: Command): void {
  const markets = program.command('markets').description('list, search, add, pause, pull and remove markets')
  markets
    .command('list')
    .description('the markets of the archive')
    .addOption(formatOption())
    .action(async ({ format }: FormatOptions) => {
      const list = await withConnection(({ operations }) => operations.markets())
      await printRows(list.map(rowOf), format)
    })
  markets
    .command('search')
    .description('markets of the sources whose identifier or name contains the text')
    .argument('<text>', 'for example btc')
    .addOption(formatOption())
    .action(async (text: string, { format }: FormatOptions) => {
      const found = await withConnection(({ operations }) => operations.search(text, null))
      for (const message of found.unanswered) say(message)
      if (found.leftOff > 0) say(`${found.leftOff} more were found: write more of the name, or the currency`)
      await printRows(
        found.markets.map(({ id, name, symbol = null, rank = null, tick, active }) => ({
          market: id,
          name,
          symbol,
          rank,
          tick,
          active: active ? 'yes' : 'no',
        })),
        format,
      )
    })
  markets
    .command('add')
    .description('track a market')
    .argument('<id>', 'for example coinbase:BTC-USD', readMarket)
    .option('--since <time>', 'minutes are wanted from here on (default: one year)', readInstant)
    .option('--continues <id>', 'the market that it was before it was renamed', readMarket)
    .addOption(formatOption())
    .action(async (id: MarketId, { since, continues, format }: AddOptions) => {
      const { market, remote } = await withConnection(async ({ operations, remote }) => {
        return { market: await operations.add(id, since ?? null, continues ?? null), remote }
      })
      if (!remote) say(`${id} is read from the next start of the server on`)
      await printRows([rowOf(market)], format)
    })
  markets
    .command('pause')
    .description('ask for nothing of a market until it is added again')
    .argument('<id>', 'a market of the archive', readMarket)
    .action(async (id: MarketId) => {
      await withConnection(({ operations }) => operations.pause(id))
      say(`${id} is paused; "crypto-tracker markets add ${id}" goes on with it`)
    })
  markets
    .command('pull')
    .description('read the last day of a market again, now')
    .argument('<id>', 'a market of the archive', readMarket)
    .action(async (id: MarketId) => {
      const remote = await withConnection(async ({ operations, remote }) => {
        await operations.backfill(id, Date.now() - DAY_MS)
        return remote
      })
      say(`the last day of ${id} is read again${remote ? '' : ' from the next start of the server on'}`)
    })
  markets
    .command('remove')
    .description('stop tracking a market; its history is kept')
    .argument('<id>', 'a market of the archive', readMarket)
    .option('--purge', 'delete the history as well', false)
    .action(async (id: MarketId, { purge }: { purge: boolean }) => {
      await withConnection(({ operations }) => operations.remove(id, purge))
      say(purge ? `${id} and its history are removed` : `${id} is not tracked any more; its history is kept`)
    })
}

function rowOf({ id, name, tick, status, minutesFromMs, continues }: Market): Row {
  return {
    market: id,
    name,
    tick,
    status,
    minutes_since: minutesFromMs === null ? null : isoSeconds(minutesFromMs),
    continues: continues ?? null,
  }
}
