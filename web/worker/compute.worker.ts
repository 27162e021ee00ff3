/**
 * The worker's door: opens the store, answers the page through Comlink, and hands arrays over without copying.
 */
import { expose, transfer } from 'comlink'
import { openStore } from '../lib/store/database.ts'
import type { ComputeApi } from './api.ts'
import { Compute } from './compute.ts'

// The page watches over the same store and tells people when it cannot be used.
const compute: Promise<Compute> = openStore({
  replaced: () => undefined,
  blocked: () => undefined,
  cleared: () => undefined,
  evicted: () => void compute.then((open) => open.invalidate(null)),
}).then((store) => new Compute(store))

const api: ComputeApi = {
  price: async (...asked) => handOver(await (await compute).price(...asked)),
  events: async (...asked) => (await compute).events(...asked),
  columns: async (...asked) => handOver(await (await compute).columns(...asked)),
  sigma: async (...asked) => handOver(await (await compute).sigma(...asked)),
  bands: async (request) => handOver(await (await compute).bands(request)),
  mistakes: async (...asked) => (await compute).mistakes(...asked),
  summaries: async (...asked) => (await compute).summaries(...asked),
  newest: async (...asked) => (await compute).newest(...asked),
  distribution: async (request) => handOver(await (await compute).distribution(request)),
  drawdown: async (request) => handOver(await (await compute).drawdown(request)),
  week: async (request) => handOver(await (await compute).week(request)),
  realised: async (request) => handOver(await (await compute).realised(request)),
  cone: async (request) => (await compute).cone(request),
  ranking: async (request) => (await compute).ranking(request),
  csv: async (request) => (await compute).csv(request),
  moveStarts: async (...asked) => (await compute).moveStarts(...asked),
  absence: async (...asked) => (await compute).absence(...asked),
  stored: async () => (await compute).stored(),
  coverage: async (...asked) => handOver(await (await compute).coverage(...asked)),
  invalidate: async (market) => (await compute).invalidate(market),
}

expose(api)

/** Gives the arrays of an answer away with it; one that stands in several places goes once. */
function handOver<Answer extends object>(answer: Answer): Answer {
  return transfer(answer, [...new Set(buffersIn(answer))])
}

function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer]
  if (Array.isArray(value)) return value.flatMap((item) => (typeof item === 'object' ? buffersIn(item) : []))
  if (typeof value === 'object' && value !== null) return buffersIn(Object.values(value))
  return []
}
