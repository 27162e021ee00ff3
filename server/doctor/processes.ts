/** Where several processes may share a database: which run, which are silent, and which of them reads each source. */
import type { ProcessStatus, LeaseStatus } from '../ingest/types.ts'
import { RENEW_EVERY_MS } from '../share/leases.ts'
import { fault, ok, warning, type Finding } from './finding.ts'
import type { ServerStatus } from './server-status.ts'

/** Whoever lives has said so twice by then. */
const SILENT_MS = 2.5 * RENEW_EVERY_MS

/** @param server what is known of those that run; null where none does */
export function checkProcesses(server: ServerStatus | Error | null, nowMs: number): readonly Finding[] {
  if (server === null || server instanceof Error || !server.processes) return []
  const { processes, leases = [] } = server
  return [ofProcesses(processes, nowMs), ...leases.map((lease) => ofLease(lease, nowMs))]
}

function ofProcesses(processes: readonly ProcessStatus[], nowMs: number): Finding {
  const run = processes.map(
    ({ role, version, place, seenMs }) => `${role} ${version} (${place}, seen ${ago(seenMs, nowMs)})`,
  )
  const said = `${processes.length} on this database: ${run.join('; ')}`
  if (new Set(processes.map(({ version }) => version)).size > 1)
    return warning('process', said, 'run one version on all of them, as soon as you can')
  const silent = processes.filter(({ seenMs }) => nowMs - seenMs > SILENT_MS)
  if (silent.length > 0)
    return warning(
      'process',
      said,
      `look at ${silent.map(({ place }) => place).join('; ')}: silent, so it has ended, hangs, or does not reach the database; after 20 s it is not counted any more`,
    )
  return ok('process', said)
}

function ofLease({ what, holder, takenMs, renewedMs }: LeaseStatus, nowMs: number): Finding {
  if (holder === null)
    return fault(
      'process',
      `${what}: no process does it, the last one did ${ago(renewedMs, nowMs)}`,
      'start one with ROLE=ingest or all; where another one runs, it takes over within 30 s',
    )
  const said = `${what}: ${holder}, since ${ago(takenMs, nowMs)}, renewed ${ago(renewedMs, nowMs)}`
  return nowMs - renewedMs > SILENT_MS
    ? warning(
        'process',
        said,
        'its holder is silent: another process with ROLE=ingest or all takes over within 30 s; run it again then',
      )
    : ok('process', said)
}

function ago(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000))
  if (seconds < 120) return `${seconds} s ago`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`
}
