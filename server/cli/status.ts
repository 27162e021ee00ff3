/** `crypto-tracker status`: how the running server stands with its sources, and how far its reading is. */
import type { Command } from 'commander'
import { isoSeconds } from '../../core/time/iso.ts'
import type { BackfillProgress } from '../../core/wire/api.ts'
import type { ProviderHealth } from '../providers/types.ts'
import { withConnection } from './connect.ts'
import { formatOption, type Format } from './options.ts'
import { printRows, say, type Row } from './output.ts'

interface Options {
  readonly format: Format
}

export function addStatus(program: Command): void {
  const status = program
    .command('status')
    .description('sources with their quotas, or jobs with their progress')
  status
    .command('sources')
    .description('each source: requests left, what waits, failures, when it is asked next')
    .addOption(formatOption())
    .action(async ({ format }: Options) => {
      const { sources } = await withConnection(({ operations }) => operations.status())
      if (!sources) say('no server runs here, so no source is being asked')
      await printRows((sources ?? []).map(sourceRow), format)
    })
  status
    .command('jobs')
    .description('what is being read: each series of a market, in slices of 300 candles')
    .addOption(formatOption())
    .action(async ({ format }: Options) => {
      const {
        backfill,
        markets = [],
        unknown = [],
      } = await withConnection(({ operations }) => operations.status())
      for (const { market, reason, nearest } of unknown)
        say(`${market}: ${reason}${nearest.length > 0 ? `; near: ${nearest.join(', ')}` : ''}`)
      const errors = new Map(markets.map(({ market, lastError }) => [market, lastError]))
      await printRows(
        backfill.map((job) => jobRow(job, errors.get(job.market) ?? null)),
        format,
      )
    })
}

function sourceRow({ source, quota, byPriority, ...health }: ProviderHealth): Row {
  return {
    source,
    circuit: health.circuit,
    requests_per_second: Number(health.requestsPerSecond.toFixed(3)),
    used_in_a_minute: quota.used,
    left_now: quota.left,
    told_by_source: quota.told ? `${quota.told.used} of ${quota.told.limit}` : null,
    waiting_live: byPriority.live.waiting,
    waiting_settling: byPriority.settling.waiting,
    waiting_backfill: byPriority.backfill.waiting,
    failures: health.failures,
    next_try: health.nextTryMs === null ? null : isoSeconds(health.nextTryMs),
    last_error: health.lastError,
  }
}

function jobRow({ market, interval, wanted, done }: BackfillProgress, lastError: string | null): Row {
  return { market, interval, wanted, done, left: wanted - done, last_error: lastError }
}
