/** `crypto-tracker ranking`: all markets of the archive by their volatility, as the API gives it. */
import type { Command } from 'commander'
import { INTERVALS } from '../../core/time/interval.ts'
import { RankingRequestError, RANKING_METHODS, readRankingRequest } from '../../core/volatility/ranking.ts'
import type { RankingRequest } from '../../core/volatility/ranking.ts'
import type { RankingEntry } from '../../core/wire/api.ts'
import { withConnection } from './connect.ts'
import { UsageError } from './exit.ts'
import { formatOption, type Format } from './options.ts'
import { printRows, readable, say, type Row } from './output.ts'

interface Options {
  readonly window: string
  readonly method: string
  readonly interval?: string
  readonly format: Format
}

export function addRanking(program: Command): void {
  program
    .command('ranking')
    .description('all markets of the archive by their volatility, the largest first')
    .requiredOption(
      '--window <duration>',
      'so many minutes, hours or days, up to each newest candle: 24h, 30d',
    )
    .option('--method <name>', `one of ${RANKING_METHODS.join(', ')}`, 'close')
    .option(
      '--interval <interval>',
      `of the bars: ${INTERVALS.join(', ')} (default: minutes up to 48h, hours up to 60d, days beyond)`,
    )
    .addOption(formatOption())
    .action(run)
}

async function run({ window, method, interval, format }: Options): Promise<void> {
  const request = requestOf(window, method, interval ?? null)
  const answer = await withConnection(({ operations }) => operations.ranking(request))
  if (answer.mean === 'zero' && format === 'table')
    say(`bars of ${answer.interval}, the mean of the returns taken as zero`)
  if (method === 'level-stdev' && format === 'table')
    say('level-stdev is the deviation of the prices themselves: it depends on the scale of each price')
  const rows = answer.ranking.map(rowOf)
  await printRows(format === 'table' ? readable(rows) : rows, format, answer)
}

function requestOf(window: string, method: string, interval: string | null): RankingRequest {
  try {
    return readRankingRequest(window, method, interval)
  } catch (error) {
    if (error instanceof RankingRequestError) throw new UsageError(`--${error.part}: ${error.message}`)
    throw error
  }
}

function rowOf({ market, sigma, n, expected, as_of, reason }: RankingEntry): Row {
  return { market, sigma, n, expected, as_of, reason: reason ?? null }
}
