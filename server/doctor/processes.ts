/** Where several processes may share a database: which run, and which of them reads each source. */
import { fault, ok, warning, type Finding } from './finding.ts'
import type { ServerStatus } from './server-status.ts'

/** @param server what is known of those that run; null where none does */
export function checkProcesses(server: ServerStatus | Error | null, nowMs: number): readonly Finding[] {
  if (server === null || server instanceof Error || !server.processes) return []
  const { processes, leases = [] } = server
  const versions = new Set(processes.map(({ version }) => version))
  const run = processes.map(
    ({ role, version, place, seenMs }) => `${role} ${version} (${place}, seen ${ago(seenMs, nowMs)})`,
  )
  const said = `${processes.length} on this database: ${run.join('; ')}`
  return [
    versions.size > 1
      ? warning('process', said, 'run one version on all of them, as soon as you can')
      : ok('process', said),
    ...leases.map(({ what, holder, takenMs, renewedMs }) =>
      holder === null
        ? fault(
            'process',
            `${what}: no process does it, the last one did ${ago(renewedMs, nowMs)}`,
            'start one with ROLE=ingest or all; one that has just ended is replaced within 30 s',
          )
        : ok('process', `${what}: ${holder}, since ${ago(takenMs, nowMs)}, renewed ${ago(renewedMs, nowMs)}`),
    ),
  ]
}

function ago(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000))
  if (seconds < 120) return `${seconds} s ago`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`
}
