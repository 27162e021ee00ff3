/**
 * What Prometheus reads: figures of the process, of HTTP, of the sources and of the archive. Labels are sets that no
 * client can make longer, and nothing here is a secret. Names follow prometheus.io/docs/practices/naming.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BackfillProgress } from '../../core/wire/api.ts'
import type { Archive, ArchiveFigures } from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import { PRIORITIES, REQUEST_OUTCOMES, type ProviderHealth } from '../providers/types.ts'
import { withDeadline } from './deadline.ts'
import type { LiveHub } from './live.ts'
import { operationMetrics, type OperationParts } from './operation-metrics.ts'
import type { ProblemKind } from './problem.ts'

export interface Metrics {
  /** A request that reached the routes was answered. */
  answered(method: string, route: string, status: number, seconds: number): void
  /** A request was refused before it reached any route. */
  refused(kind: ProblemKind): void
  /** A connection was opened (1) or closed (-1). */
  connected(change: 1 | -1): void
  /** Everything as Prometheus reads it; a database that does not answer is told in it and spoils nothing else. */
  text(): Promise<string>
  readonly contentType: string
}

export interface MetricsParts extends OperationParts {
  readonly archive: Pick<Archive, 'figures' | 'size' | 'headRevision'>
  readonly live: Pick<LiveHub, 'listeners' | 'dropped'>
  readonly sources: () => readonly ProviderHealth[]
  readonly backfill: () => Promise<readonly BackfillProgress[]>
  readonly clock: Clock
}

/** Any other method is one that no route takes. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const DATABASE_DEADLINE_MS = 5_000

export function createMetrics(parts: MetricsParts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const http = httpMetrics(registry)
  const showLive = liveMetrics(registry, parts.live)
  const showSources = sourceMetrics(registry, parts.sources)
  const showArchive = archiveMetrics(registry, parts)
  const showOperation = operationMetrics(registry, parts)
  return {
    ...http,
    contentType: registry.contentType,
    text: async () => {
      showLive()
      showSources()
      await Promise.all([showArchive(), showOperation()])
      return registry.metrics()
    },
  }
}

function httpMetrics(registry: Registry): Pick<Metrics, 'answered' | 'refused' | 'connected'> {
  const requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests answered, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer, by route',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  const refused = new Counter({
    name: 'http_requests_refused_total',
    help: 'Requests refused before they reached a route, by reason: malformed, too large or too slow',
    labelNames: ['reason'],
    registers: [registry],
  })
  const connections = gauge(registry, 'http_connections', 'Connections open now')
  return {
    answered: (method, route, status, duration) => {
      requests.inc({ method: METHODS.has(method) ? method : 'other', route, status })
      seconds.observe({ route }, duration)
    },
    refused: (reason) => refused.inc({ reason }),
    connected: (change) => connections.inc(change),
  }
}

function liveMetrics(registry: Registry, live: MetricsParts['live']): () => void {
  const listeners = gauge(registry, 'crypto_tracker_live_listeners', 'Listeners of live events now')
  const dropped = counter(
    registry,
    'crypto_tracker_live_listeners_dropped_total',
    'Listeners let go because they did not read',
  )
  return () => {
    listeners.set(live.listeners)
    dropped.reset()
    dropped.inc(live.dropped)
  }
}

const CIRCUIT_STATES: readonly ProviderHealth['circuit'][] = ['closed', 'open', 'probing']

function sourceMetrics(registry: Registry, sources: MetricsParts['sources']): () => void {
  const requests = counter(
    registry,
    'crypto_tracker_source_requests_total',
    'Requests to a source, by how they ended',
    ['source', 'outcome'],
  )
  const bySource = (name: string, help: string) => gauge(registry, name, help, ['source'])
  const rate = bySource('crypto_tracker_source_quota_requests_per_second', 'Requests a second at most')
  const pending = bySource('crypto_tracker_source_pending_requests', 'Requests under way or waiting')
  const failures = bySource('crypto_tracker_source_failures_in_a_row', 'Failures in a row; 0 in good health')
  const pause = bySource('crypto_tracker_source_pause_until_timestamp_seconds', 'Left alone until; 0 if not')
  const used = bySource('crypto_tracker_source_quota_used_requests', 'Requests within the last minute')
  const left = bySource(
    'crypto_tracker_source_quota_left_requests',
    'Requests that the limit allows beside them',
  )
  const circuit = gauge(
    registry,
    'crypto_tracker_source_circuit',
    '1 for the state in which its circuit is: closed (well), open (left alone), probing',
    ['source', 'state'],
  )
  const told = gauge(
    registry,
    'crypto_tracker_source_quota_told',
    'Used and limit as the source itself tells them, in its own unit',
    ['source', 'of'],
  )
  const sent = counter(
    registry,
    'crypto_tracker_source_priority_requests_total',
    'Requests to a source, by what they were for',
    ['source', 'priority'],
  )
  return () => {
    requests.reset()
    sent.reset()
    for (const health of sources()) {
      const { source } = health
      for (const outcome of REQUEST_OUTCOMES) requests.inc({ source, outcome }, health.requests[outcome])
      rate.set({ source }, health.requestsPerSecond)
      used.set({ source }, health.quota.used)
      left.set({ source }, health.quota.left)
      if (health.quota.told) {
        told.set({ source, of: 'used' }, health.quota.told.used)
        told.set({ source, of: 'limit' }, health.quota.told.limit)
      }
      for (const priority of PRIORITIES) sent.inc({ source, priority }, health.byPriority[priority].sent)
      pending.set({ source }, health.pending)
      failures.set({ source }, health.failures)
      for (const state of CIRCUIT_STATES) circuit.set({ source, state }, state === health.circuit ? 1 : 0)
      pause.set({ source }, (health.nextTryMs ?? 0) / 1000)
    }
  }
}

function archiveMetrics(registry: Registry, { archive, backfill, clock }: MetricsParts): () => Promise<void> {
  const up = gauge(registry, 'crypto_tracker_database_up', '1 while the database answers')
  const show = archiveGauges(registry, clock)
  return async () => {
    try {
      const all = Promise.all([archive.figures(), archive.size(), archive.headRevision(), backfill()])
      show(...(await withDeadline(all, DATABASE_DEADLINE_MS)))
      up.set(1)
    } catch {
      // Who watches is told by this figure; `/up/databases` has the reason.
      up.set(0)
    }
  }
}

/** Sets everything that comes from the database. */
function archiveGauges(registry: Registry, clock: Clock) {
  const own = (name: string, help: string, labels: string[] = []) =>
    gauge(registry, `crypto_tracker_${name}`, help, labels)
  const revision = own('archive_revision', 'The newest revision')
  const bytes = own('archive_bytes', 'Bytes of the whole database and of its chunks as sent', ['of'])
  const candles = own('archive_candle_rows', 'Candles kept as rows, those of the last days')
  const chunks = own('archive_chunks', 'Chunks in the manifest', ['interval'])
  const dirty = own('archive_chunks_dirty', 'Chunks that wait to be made anew', ['interval'])
  const quarantined = own('quarantine_rows', 'Rows that broke the rules', ['source'])
  const unconfirmed = own(
    'unconfirmed_places',
    'Places for which a source gave nothing, and that is not confirmed yet',
    ['interval'],
  )
  const ends = ['source', 'interval']
  const lag = own('ingest_lag_seconds', 'Age of what was read last, of the market furthest behind', ends)
  const sealed = own('sealed_to_timestamp_seconds', 'Sealed up to, of the market furthest behind', ends)
  const history = own('history_slices', 'Slices of history wanted and read', ['interval', 'state'])

  return (
    figures: ArchiveFigures,
    size: Awaited<ReturnType<Archive['size']>>,
    head: number,
    progress: readonly BackfillProgress[],
  ) => {
    // What is gone (a purged market's source) must not stand there for ever.
    for (const labelled of [chunks, dirty, quarantined, unconfirmed, lag, sealed, history]) labelled.reset()
    revision.set(head)
    bytes.set({ of: 'database' }, size.database)
    bytes.set({ of: 'chunks' }, size.chunks)
    candles.set(size.rows)
    for (const { interval, ...count } of figures.chunks) {
      chunks.set({ interval }, count.chunks)
      dirty.set({ interval }, count.dirty)
    }
    for (const { interval, places } of figures.unconfirmed) unconfirmed.set({ interval }, places)
    for (const { source, rows } of figures.quarantined) quarantined.set({ source }, rows)
    for (const { source, interval, readToMs, sealedToMs } of figures.reached) {
      if (readToMs !== null) lag.set({ source, interval }, (clock.now() - readToMs) / 1000)
      if (sealedToMs !== null) sealed.set({ source, interval }, sealedToMs / 1000)
    }
    for (const { interval, wanted, done } of progress) {
      history.inc({ interval, state: 'wanted' }, wanted)
      history.inc({ interval, state: 'done' }, done)
    }
  }
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[] = []): Gauge {
  return new Gauge({ name, help, labelNames, registers: [registry] })
}

function counter(registry: Registry, name: string, help: string, labelNames: string[] = []): Counter {
  return new Counter({ name, help, labelNames, registers: [registry] })
}
