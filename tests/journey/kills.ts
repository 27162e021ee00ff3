/**
 * kill -9 at random moments: the server reads and seals a simulated exchange's history and is killed again and again,
 * while it starts, reads and seals. In the end its archive is held against the exchange's truth, and so is a device that
 * followed through all of it. The moments come from a seed; what the server does at each is up to the machine.
 */
import type { CandleRow } from '../../core/candle/row.ts'
import {
  DAY_MS,
  floorTo,
  INTERVAL_MS,
  STORED_INTERVALS,
  type StoredInterval,
} from '../../core/time/interval.ts'
import { randomStream, uniform } from '../../simulator/random.ts'
import { startSimulator } from '../../simulator/start.ts'
import { createTruth, type Truth } from '../../simulator/truth.ts'
import { runCli } from '../api/cli.ts'
import { launchApp, temporaryFolder, until, type LaunchedApp } from './processes.ts'
import { followingDevice, readCandles, type FollowingDevice } from './reader.ts'

export interface KillOptions {
  readonly kills: number
  readonly seed: string
  /** Told of each kill. */
  readonly say: (line: string) => void
}

export interface KillReport {
  readonly archives: number
  /** How many came before the first answer, while periods were being sealed, and while candles were read. */
  readonly kills: Readonly<Record<Phase, number>>
  /** Candles compared with the exchange's, over all intervals. */
  readonly candles: number
  readonly chunks: number
  /** Of the archive and of the device together: candles that the exchange has and they lack, or have otherwise. */
  readonly lost: readonly string[]
  /** Candles that they have and the exchange has not. */
  readonly invented: readonly string[]
  /** What `crypto-tracker verify` found. */
  readonly faults: readonly string[]
  /** From the start of a process after a kill to its first answer with data. */
  readonly firstAnswerMs: { readonly median: number; readonly worst: number; readonly count: number }
}

type Phase = 'starting' | 'sealing' | 'reading'

const PRODUCTS = ['BTC-USD', 'SHIB-USD']
/** One archive takes so many; then a new one begins, in another world. */
const KILLS_EACH = 25
/** Days of minutes for each kill: what is read between two of them, at this many requests a second. */
const DAYS_A_KILL = 2
const REQUESTS_PER_SECOND = 20

/** How many kills in a hundred come when, and how long after it at most. */
const MOMENTS = [
  { percent: 20, after: 'the start', withinMs: 300 },
  { percent: 15, after: 'the start', withinMs: 2000 },
  { percent: 35, after: 'the first answer', withinMs: 2500 },
  { percent: 30, after: 'a period was sealed', withinMs: 300 },
] as const
/** Where nothing is sealed for so long, the kill comes all the same. */
const SEALED_WITHIN_MS = 4000
/** A period was sealed so short a time ago that the next one is being sealed. */
const SEALING_MS = 300

/** A candle that closed later may not have been read yet. */
const SOURCE_LAG_MS = 15_000
const WHOLE_WITHIN_MS = 120_000

/** Kills as often as it is told to, and says what came of it. */
export async function killAgainAndAgain({ kills, seed, say }: KillOptions): Promise<KillReport> {
  const reports: KillReport[] = []
  const firstAnswersMs: number[] = []
  for (let done = 0; done < kills; done += KILLS_EACH) {
    const world = `${seed}/${done / KILLS_EACH}`
    reports.push(await killOne(world, Math.min(KILLS_EACH, kills - done), firstAnswersMs, say))
  }
  const sum = (pick: (report: KillReport) => number) => reports.reduce((total, one) => total + pick(one), 0)
  const inOrder = firstAnswersMs.toSorted((a, b) => a - b)
  return {
    archives: sum(({ archives }) => archives),
    kills: {
      starting: sum((report) => report.kills.starting),
      sealing: sum((report) => report.kills.sealing),
      reading: sum((report) => report.kills.reading),
    },
    candles: sum(({ candles }) => candles),
    chunks: sum(({ chunks }) => chunks),
    lost: reports.flatMap(({ lost }) => lost),
    invented: reports.flatMap(({ invented }) => invented),
    faults: reports.flatMap(({ faults }) => faults),
    firstAnswerMs: {
      median: Math.round(inOrder[Math.floor(inOrder.length / 2)] ?? 0),
      worst: Math.round(inOrder.at(-1) ?? 0),
      count: inOrder.length,
    },
  }
}

async function killOne(
  world: string,
  count: number,
  firstAnswersMs: number[],
  say: KillOptions['say'],
): Promise<KillReport> {
  const bits = randomStream(`kills/${world}`)
  const sinceMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - count * DAYS_A_KILL * DAY_MS
  await using folder = await temporaryFolder()
  const simulator = await startSimulator(['--seed', world, '--since', new Date(sinceMs).toISOString()])
  const device = followingDevice()
  const start = () => new Life(folder.path, simulator.url, device)
  const kills: Record<Phase, number> = { starting: 0, sealing: 0, reading: 0 }
  try {
    for (let i = 0; i < count; i++) {
      const life = start()
      const moment = chooseMoment(uniform(bits), uniform(bits))
      const phase = await life.killAt(moment)
      if (life.firstAnswerMs !== null && i > 0) firstAnswersMs.push(life.firstAnswerMs)
      kills[phase]++
      const when = `${Math.round(moment.ms)} ms after ${moment.after}`
      say(`world ${world}, kill ${i + 1} of ${count}: ${when}, ${phase}; revision ${device.revision}`)
    }
    const life = start()
    try {
      const url = await life.firstAnswer()
      firstAnswersMs.push(life.firstAnswerMs!)
      const result = await judge(url, device, createTruth({ seed: world, sinceMs }), sinceMs)
      const faults = await verify(folder.path)
      const chunks = device.chunks().length
      say(`world ${world}: ${result.candles} candles compared, ${chunks} chunks, ${faults.length} faults`)
      return {
        ...result,
        archives: 1,
        kills,
        chunks,
        faults,
        firstAnswerMs: { median: 0, worst: 0, count: 0 },
      }
    } finally {
      await life.app.kill()
    }
  } finally {
    await simulator.stop()
  }
}

interface Moment {
  readonly after: (typeof MOMENTS)[number]['after']
  readonly ms: number
}

function chooseMoment(kind: number, part: number): Moment {
  let percent = 0
  const chosen = MOMENTS.find((one) => kind * 100 < (percent += one.percent)) ?? MOMENTS[0]
  return { after: chosen.after, ms: part * chosen.withinMs }
}

/** One process, from its start to its kill, and the device that follows it meanwhile. */
class Life {
  readonly app: LaunchedApp
  readonly #device: FollowingDevice
  readonly #startedMs = performance.now()
  firstAnswerMs: number | null = null

  constructor(folder: string, simulator: string, device: FollowingDevice) {
    this.#device = device
    this.app = launchApp(['server/start.mjs', '--no-build'], folder, {
      MARKETS: PRODUCTS.map((product) => `coinbase:${product}`).join(','),
      COINBASE_URL: simulator,
      COINBASE_RPS: String(REQUESTS_PER_SECOND),
      LOG_LEVEL: 'debug',
    })
  }

  /** @throws Error when there is none, or one that forgets what was told */
  async firstAnswer(): Promise<string> {
    const url = await this.app.address
    const answer = await fetch(`${url}/api/v1/markets`)
    if (answer.status !== 200) throw new Error(`the first answer: ${answer.status} ${await answer.text()}`)
    this.firstAnswerMs ??= performance.now() - this.#startedMs
    await this.#device.catchUp(url)
    return url
  }

  async killAt({ after, ms }: Moment): Promise<Phase> {
    let following: Promise<unknown> | null = null
    if (after === 'the start') await pause(ms - (performance.now() - this.#startedMs))
    else {
      const url = await this.firstAnswer()
      const isOver = after === 'the first answer' ? pause(ms) : this.#sealed().then(() => pause(ms))
      // The device's last question is under way at the kill.
      following = this.#follow(url, isOver)
      await Promise.race([following, isOver])
    }
    const phase = this.#phase()
    const ended = await Promise.race([this.app.ended, null])
    if (ended !== null) throw new Error(`the server ended by itself: ${this.app.printed()}`)
    await this.app.kill()
    await following?.catch(() => {})
    return phase
  }

  /** @throws Error when an answer fails */
  async #follow(url: string, end: Promise<void>): Promise<void> {
    let isOver = false
    void end.then(() => (isOver = true))
    while (!isOver) await this.#device.catchUp(url)
  }

  /** Another period, or none for a long time. */
  async #sealed(): Promise<void> {
    const before = this.#sealedAtMs()
    const endMs = performance.now() + SEALED_WITHIN_MS
    while (this.#sealedAtMs() === before && performance.now() < endMs) await pause(5)
  }

  #sealedAtMs(): number {
    const line = [...this.app.printed().matchAll(/"time":(\d+)[^\n]*"sealed /g)].at(-1)
    return Number(line?.[1] ?? 0)
  }

  #phase(): Phase {
    if (this.firstAnswerMs === null) return 'starting'
    return Date.now() - this.#sealedAtMs() < SEALING_MS ? 'sealing' : 'reading'
  }
}

/** What the archive and the device hold in the end, beside the truth. */
async function judge(
  url: string,
  device: FollowingDevice,
  truth: Truth,
  sinceMs: number,
): Promise<Pick<KillReport, 'candles' | 'lost' | 'invented'>> {
  const nowMs = Date.now() - SOURCE_LAG_MS
  const lost: string[] = []
  const invented: string[] = []
  let candles = 0
  const series = PRODUCTS.flatMap((product) => STORED_INTERVALS.map((interval) => ({ product, interval })))
  const spans = series.map(({ product, interval }) => {
    const toMs = floorTo(interval, nowMs)
    return { product, interval, toMs, truth: truth.rows(product, interval, sinceMs, toMs) }
  })
  for (const span of spans) await untilWhole(url, span)
  await device.catchUp(url)
  const held = await device.series(url)
  for (const { product, interval, toMs, truth: expected } of spans) {
    const market = `coinbase:${product}`
    const archived = await readCandles(url, market, interval, sinceMs - 30 * DAY_MS, toMs)
    const { states, rows } = held.get(`${market} ${interval}`) ?? { states: new Map(), rows: new Map() }
    // Of history that is not sealed yet a device has not heard.
    const told = expected.filter(({ startMs }) => states.has(startMs))
    const kept = [...rows.values()].filter(({ startMs }) => startMs < toMs)
    for (const [where, wanted, found] of [
      ['archive', expected, archived],
      ['device', told, kept],
    ] as const) {
      const name = `${where}: ${market} ${interval}`
      lost.push(...spansOf(name, interval, without(wanted, found)))
      invented.push(...spansOf(name, interval, without(found, wanted)))
      candles += wanted.length
    }
  }
  return { candles, lost, invented }
}

/** Those of `rows` that are not among `others` with the same values, each as often as it is there. */
function without(rows: readonly CandleRow[], others: readonly CandleRow[]): CandleRow[] {
  const found = new Set(others.map((row) => JSON.stringify(row)))
  return rows.filter((row) => !found.delete(JSON.stringify(row)))
}

/** A line for each unbroken run of candles. */
function spansOf(name: string, interval: StoredInterval, rows: readonly CandleRow[]): string[] {
  const spans: { fromMs: number; toMs: number; count: number }[] = []
  for (const { startMs } of rows) {
    const last = spans.at(-1)
    if (last?.toMs === startMs)
      spans.splice(-1, 1, { ...last, toMs: startMs + INTERVAL_MS[interval], count: last.count + 1 })
    else spans.push({ fromMs: startMs, toMs: startMs + INTERVAL_MS[interval], count: 1 })
  }
  return spans.map(({ fromMs, count }) => `${name} ${new Date(fromMs).toISOString()} (${count} candles)`)
}

interface Span {
  readonly product: string
  readonly interval: StoredInterval
  readonly truth: readonly CandleRow[]
}

/** Waits until the archive has every candle's place, asking for what it lacked the last time. */
async function untilWhole(url: string, { product, interval, truth }: Span): Promise<void> {
  let missing = truth.map(({ startMs }) => startMs)
  const look = async () => {
    if (missing.length === 0) return true
    const [from, to] = [missing[0]!, missing.at(-1)! + INTERVAL_MS[interval]]
    const rows = await readCandles(url, `coinbase:${product}`, interval, from, to)
    const found = new Set(rows.map(({ startMs }) => startMs))
    missing = missing.filter((startMs) => !found.has(startMs))
    return missing.length === 0 ? true : null
  }
  // What is never there is lost, and told as such.
  await until(`${product} ${interval} whole`, WHOLE_WITHIN_MS, look).catch(() => {})
}

/** What `crypto-tracker verify` says, asked beside the running server. */
async function verify(folder: string): Promise<string[]> {
  const { code, stdout, stderr } = await runCli(['verify'], folder)
  if (code === 0) return []
  return [stderr, stdout].map((text) => text.trim()).filter(Boolean)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
}
