/** What of a series lies on the device, day by day, and what is missing there: from the states of the stored bytes alone. */
import { isMissing, State } from '../../core/candle/columns.ts'
import { ChunkError } from '../../core/chunk/chunk.ts'
import { readHeader, readStates } from '../../core/chunk/layout.ts'
import type { MarketId } from '../../core/market.ts'
import { DAY_MS, floorTo, INTERVAL_MS, type StoredInterval } from '../../core/time/interval.ts'
import type { Store } from '../lib/store/database.ts'
import { report } from '../lib/store/report.ts'
import { covers, manifestOf, piecesOf } from '../lib/store/series.ts'
import type { ManifestRow } from '../lib/store/records.ts'
import type { AbsenceName, Coverage, SealedPeriod } from './api.ts'

const ALWAYS = { fromMs: -Infinity, toMs: Infinity }
/** Of which the device holds no byte; no state of the wire. */
const NOT_HERE = 255

/** @param nowMs days end with the one in which this instant lies */
export async function coverageOf(
  store: Store,
  market: MarketId,
  interval: StoredInterval,
  nowMs: number,
): Promise<Coverage> {
  const lines = (await manifestOf(store, market, interval, 'price')).filter((row) => row.sha256 !== null)
  const layers = (await piecesOf(store, market, interval, 'price', ALWAYS)).flatMap(({ bytes }) =>
    statesIn(bytes),
  )
  const periods = sealed(lines)
  const startMs = floorTo(
    '1d',
    Math.min(...layers.map((layer) => layer.startMs), ...periods.map((period) => period.fromMs)),
  )
  const days = Number.isFinite(startMs) ? Math.max(0, Math.floor((nowMs - startMs) / DAY_MS) + 1) : 0
  const perDay = DAY_MS / INTERVAL_MS[interval]
  const codes = new Uint8Array(days * perDay).fill(NOT_HERE)
  for (const layer of layers) paint(codes, layer, startMs, INTERVAL_MS[interval])
  return { market, interval, startMs: days > 0 ? startMs : NaN, ...count(codes, days, perDay), periods }
}

interface Layer {
  readonly startMs: number
  readonly states: Uint8Array
}

/** Damaged bytes say nothing; they are fetched again when somebody reads them. */
function statesIn(bytes: Uint8Array): Layer[] {
  try {
    const header = readHeader(bytes)
    return [{ startMs: header.startMs, states: readStates(bytes, header) }]
  } catch (error) {
    if (!(error instanceof ChunkError)) throw error
    report('stored bytes are damaged', error)
    return []
  }
}

function paint(codes: Uint8Array, { startMs, states }: Layer, fromMs: number, step: number): void {
  const shift = (startMs - fromMs) / step
  states.forEach((state, at) => {
    if (state !== State.unchanged && at + shift < codes.length) codes[at + shift] = state
  })
}

function count(codes: Uint8Array, days: number, perDay: number) {
  const column = () => new Uint16Array(days)
  const [here, present, empty] = [column(), column(), column()]
  const missing: Record<AbsenceName, Uint16Array> = {
    unknown: column(),
    outage: column(),
    refused: column(),
    beyond: column(),
  }
  codes.forEach((code, at) => {
    if (code === NOT_HERE) return
    const day = Math.floor(at / perDay)
    here[day]!++
    if (!isMissing(code)) (code === State.present ? present : empty)[day]!++
    else missing[nameOf(code)][day]!++
  })
  return { here, present, empty, missing }
}

function nameOf(state: number): AbsenceName {
  if (state === State.outage) return 'outage'
  if (state === State.refused) return 'refused'
  return state === State.beyond ? 'beyond' : 'unknown'
}

/** Without the short periods whose long one the manifest names already. */
function sealed(lines: readonly ManifestRow[]): SealedPeriod[] {
  const byLength = lines.toSorted((a, b) => a.fromMs - b.fromMs || b.toMs - a.toMs)
  const outer: ManifestRow[] = []
  for (const line of byLength) {
    const last = outer.at(-1)
    if (!last || !covers(last, line)) outer.push(line)
  }
  return outer.map(({ period, fromMs, toMs, rows, expected, bytes, sha256, held }) => ({
    period,
    fromMs,
    toMs,
    rows,
    expected,
    bytes,
    isHere: held === sha256,
  }))
}
