/** `crypto-tracker quarantine`: what was refused, and deciding about it. */
import { InvalidArgumentError, type Command } from 'commander'
import type { MarketId } from '../../core/market.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import type { QuarantinedRow } from '../archive/types.ts'
import { withConnection } from './connect.ts'
import { formatOption, readMarket, type Format } from './options.ts'
import { printRows, say, type Row } from './output.ts'

interface ListOptions {
  readonly market?: MarketId
  readonly all: boolean
  readonly format: Format
}

export function addQuarantine(program: Command): void {
  const quarantine = program
    .command('quarantine')
    .description('rows that were refused: list them, accept or reject one')
  quarantine
    .command('list')
    .description('what nobody has decided about yet, the newest first')
    .option('--market <id>', 'one market only', readMarket)
    .option('--all', 'those that were decided about, too', false)
    .addOption(formatOption())
    .action(async ({ market, all, format }: ListOptions) => {
      const found = await withConnection(({ operations }) => operations.quarantined(market ?? null, all))
      await printRows(found.map(rowOf), format)
    })
  quarantine
    .command('accept')
    .description('take a row into the archive: a doubted candle, flagged as suspicious, or a sampled price')
    .argument('<number>', 'its number in the list', readNumber)
    .action(async (id: number) => {
      const row = await withConnection(({ operations }) => operations.review(id, 'accepted'))
      say(`row ${id} of ${row.market ?? row.source} is in the archive now`)
    })
  quarantine
    .command('reject')
    .description('put a row aside for good')
    .argument('<number>', 'its number in the list', readNumber)
    .action(async (id: number) => {
      const row = await withConnection(({ operations }) => operations.review(id, 'rejected'))
      say(`row ${id} of ${row.market ?? row.source} is put aside`)
    })
}

function readNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Accepted is a number of "quarantine list".')
}

function rowOf({ id, atMs, startMs, source, market, interval, reason, raw, ...rest }: QuarantinedRow): Row {
  return {
    number: id,
    at: isoSeconds(atMs),
    source,
    market,
    interval,
    start: startMs === null ? null : isoSeconds(startMs),
    reason,
    can_be_accepted: rest.canBeAccepted ? 'yes' : 'no',
    compared_with: rest.opinion?.market ?? null,
    basis_points: rest.opinion?.basisPoints ?? null,
    review: rest.review,
    raw: raw.slice(0, 120),
  }
}
