/**
 * A device with ten markets and the default packs that was away for an hour, a day or a week: its bytes and requests
 * until it has everything again, beside JSON + gzip of the candles that closed meanwhile, one request a series.
 */
import { gzipSync } from 'node:zlib'
import { State } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { parseMarketId } from '../../core/market.ts'
import { DAY_MS, HOUR_MS, STORED_INTERVALS } from '../../core/time/interval.ts'
import type { Archive } from '../../server/archive/types.ts'
import { sealAll, serveArchive } from '../../tests/api/serve.ts'
import { Compute } from '../../web/worker/compute.ts'
import type { Measurement } from '../measurement.ts'
import { toJson } from '../peers.ts'
import { applyRows } from '../server/seed.ts'
import { candlesOf, closedWithin, MARKETS, READ_AGAIN_MS, type Candles } from './candles.ts'
import { openDevice, type Asked, type Device } from './device.ts'

/** When the devices go away. Within the week a month ends, so that its days become one chunk. */
const LEFT_MS = Date.UTC(2024, 2, 26, 8)
const STARTS = {
  '1m': Date.UTC(2024, 1, 25),
  '1h': Date.UTC(2022, 2, 26),
  '1d': Date.UTC(2018, 0, 1),
} as const
const ABSENCES = { 'an hour': HOUR_MS, 'a day': DAY_MS, 'a week': 7 * DAY_MS } as const
const TAIL = '/api/v1/tail'
const JSON_GZIP = 'JSON + gzip -9'
const JSON_PRICES_GZIP = 'JSON + gzip -9 without volumes'

/** All candles that there will be, in the order of `MARKETS`. */
type World = readonly Candles[]

export async function catchingUp(): Promise<Measurement[]> {
  const clock = { ms: LEFT_MS }
  const now = () => clock.ms
  const world = MARKETS.map((_, index) => candlesOf(index + 1, STARTS, LEFT_MS + ABSENCES['a week']))
  const server = await serveArchive({ clock: { now } })
  try {
    await follow(server.archive)
    await readUpTo(server.archive, world, -Infinity, LEFT_MS)
    const away: [name: string, ms: number, device: Device][] = []
    for (const [name, ms] of Object.entries(ABSENCES)) {
      const device = await openDevice(server.url, now)
      await device.catchUp()
      away.push([name, ms, device])
    }
    const measured: Measurement[] = []
    for (const [name, ms, device] of away) {
      while (clock.ms < LEFT_MS + ms) {
        const fromMs = clock.ms
        clock.ms = Math.min(fromMs + DAY_MS, LEFT_MS + ms)
        await readUpTo(server.archive, world, fromMs, clock.ms)
      }
      const withVolumes = await device.bytesWithVolumes()
      const asked = await device.catchUp()
      await checkWhole(device, world, clock.ms)
      measured.push(...beside(`${name} away`, { asked, withVolumes }, closedMeanwhile(world, clock.ms)))
    }
    return measured
  } finally {
    await server.stop()
  }
}

async function follow(archive: Archive): Promise<void> {
  for (const text of MARKETS) {
    const { id, source, base, quote } = parseMarketId(text)
    const market = { id, source, base, quote, name: base, tick: '0.01', minutesFromMs: STARTS['1m'] } as const
    await archive.putMarket({ ...market, status: 'live' })
  }
}

/** What ingest does: reads what closed, and what had not settled at the last look; samples prices; seals. */
async function readUpTo(archive: Archive, world: World, fromMs: number, toMs: number): Promise<void> {
  for (const [index, market] of MARKETS.entries())
    for (const interval of STORED_INTERVALS) {
      const rows = closedWithin(world[index]!, interval, fromMs - READ_AGAIN_MS[interval], toMs)
      await applyRows(archive, market, interval, rows, toMs)
    }
  await archive.recordSamples(
    MARKETS.map((market, index) => {
      const [newest] = closedWithin(world[index]!, '1m', toMs - 1, toMs)
      return { market, atMs: toMs, price: newest!.close }
    }),
  )
  await sealAll(archive, toMs)
}

/** @throws Error when the device lacks a minute, or has another one */
async function checkWhole({ store }: Device, world: World, nowMs: number): Promise<void> {
  for (const [index, market] of MARKETS.entries())
    for (const interval of STORED_INTERVALS) {
      const expected = closedWithin(world[index]!, interval, LEFT_MS, nowMs)
      const [first] = expected
      if (!first) continue
      const columns = await new Compute(store).columns(market, interval, first.startMs, nowMs)
      for (const [place, row] of expected.entries())
        if (columns.states[place] !== State.present || columns.close[place] !== Number(row.close))
          throw new Error(`${market} ${interval}: the device is not up to date at ${row.startMs} ms`)
    }
}

/** What the device missed, by series. */
function closedMeanwhile(world: World, nowMs: number): readonly CandleRow[][] {
  return world
    .flatMap((candles) => STORED_INTERVALS.map((interval) => closedWithin(candles, interval, LEFT_MS, nowMs)))
    .filter((rows) => rows.length > 0)
}

interface Traffic {
  readonly asked: readonly Asked[]
  /** Bytes of the tail if the device asked for volumes, too. */
  readonly withVolumes: number
}

function beside(
  label: string,
  { asked, withVolumes }: Traffic,
  series: readonly CandleRow[][],
): Measurement[] {
  const bytesOf = (...paths: readonly string[]) => sumOf(asked.filter(({ path }) => paths.includes(path)))
  const all = sumOf(asked)
  const [json, jsonPrices] = [jsonBytes(series, toJson), jsonBytes(series, pricesToJson)]
  const figure = (unit: string, to: string, base: number) => (subject: string, value: number) => ({
    name: 'catching-up',
    subject: `${label}: ${subject}`,
    value,
    unit,
    ratio_to: to,
    ratio: value / base,
    n: series.reduce((sum, rows) => sum + rows.length, 0),
  })
  const bytes = figure('bytes', JSON_GZIP, json)
  const pricesOnly = figure('bytes', JSON_PRICES_GZIP, jsonPrices)
  const requests = figure('requests', JSON_GZIP, series.length)
  const paths = asked.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).join(', ')
  return [
    bytes('our sync, everything asked', all),
    bytes('its candles (manifest and tail)', bytesOf('/api/v1/sync', TAIL)),
    bytes('its candles if it wanted volumes', bytesOf('/api/v1/sync') + withVolumes),
    bytes(JSON_GZIP, json),
    pricesOnly('its candles (manifest and tail)', bytesOf('/api/v1/sync', TAIL)),
    pricesOnly(JSON_PRICES_GZIP, jsonPrices),
    requests(`our sync (${paths})`, asked.length),
    requests(JSON_GZIP, series.length),
  ]
}

const sumOf = (asked: readonly Asked[]): number => asked.reduce((sum, { bytes }) => sum + bytes, 0)

function jsonBytes(series: readonly CandleRow[][], write: (rows: readonly CandleRow[]) => string): number {
  return series.reduce((sum, rows) => sum + gzipSync(write(rows), { level: 9 }).length, 0)
}

function pricesToJson(rows: readonly CandleRow[]): string {
  const candle = ({ startMs, open, high, low, close }: CandleRow) =>
    `[${startMs / 1000},${open},${high},${low},${close}]`
  return `[${rows.map(candle).join(',')}]`
}
