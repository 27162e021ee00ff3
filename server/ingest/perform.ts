/**
 * Does what the reconciler has decided: asks the provider, writes to the archive, and tells the roster what is known
 * now. What fails is held back for a while and then simply decided anew.
 */
import { MINUTE_MS, floorTo } from '../../core/time/interval.ts'
import type { CoverageSlice } from '../archive/types.ts'
import { backoffMs } from '../providers/backoff.ts'
import { SourceError, type Provider, type SliceAnswer } from '../providers/types.ts'
import { isResolved, isSilent } from './judge.ts'
import type { Action } from './next.ts'
import { Reach } from './reach.ts'
import type { FollowedMarket, Roster } from './roster.ts'
import type { IngestOptions } from './types.ts'

type Read = Extract<Action, { kind: 'read' }>
type Beyond = Extract<Action, { kind: 'beyond' }>

/** A candle that closed later before the question may not be finished at the source. */
const FINISH_MS = 1000
/** How products are listed anew: seldom, they change slowly. */
const LIST_EVERY_MS = 6 * 60 * MINUTE_MS
const RETAIN_EVERY_MS = 10 * MINUTE_MS
const SEAL_IDLE_MS = 5000
const BEHIND_MS = 2000
const FIRST_HOLD_MS = 1000
const LONGEST_HOLD_MS = 5 * MINUTE_MS
/** A market that its source refuses is asked again after so long. */
const REFUSED_HOLD_MS = 10 * MINUTE_MS
/** A silence counts only where the source answered something else with candles within so long. */
const ALIVE_MS = 3 * MINUTE_MS
const CONTROL_EVERY_MS = 20_000

export class Performer {
  readonly #options: IngestOptions
  readonly #roster: Roster
  readonly #providers: ReadonlyMap<string, Provider>
  readonly #reach: ReadonlyMap<string, Reach>
  readonly #nextListMs: Record<string, number> = {}
  readonly #listFailures: Record<string, number> = {}
  /** When each source last gave a candle: the proof that a silence of another slice is no general one. */
  readonly #aliveMs = new Map<string, number>()
  readonly #controlMs = new Map<string, number>()
  #nextSealMs = 0
  #nextRetainMs: number

  constructor(options: IngestOptions, roster: Roster) {
    this.#options = options
    this.#roster = roster
    this.#providers = new Map(options.providers.map((provider) => [provider.source, provider]))
    this.#reach = new Map(options.providers.map(({ source }) => [source, new Reach(source, options.log)]))
    for (const { source } of options.providers) this.#nextListMs[source] = 0
    this.#nextRetainMs = options.clock.now() + MINUTE_MS
  }

  dues() {
    return {
      nextListMs: this.#nextListMs,
      nextSealMs: this.#nextSealMs,
      nextRetainMs: this.#nextRetainMs,
    }
  }

  perform(action: Exclude<Action, { kind: 'wait' }>): Promise<void> {
    switch (action.kind) {
      case 'list':
        return this.#list(action.source)
      case 'price':
        return this.#sample(action.market as FollowedMarket)
      case 'read':
        return this.#read(action)
      case 'beyond':
        return this.#markBeyond(action)
      case 'seal':
        return this.#seal()
      case 'retain':
        return this.#retain()
    }
  }

  async #list(source: string): Promise<void> {
    const nowMs = this.#options.clock.now()
    this.#nextListMs[source] = nowMs + LIST_EVERY_MS
    try {
      const listed = await this.#ask(source, (provider) => provider.listMarkets())
      this.#listFailures[source] = 0
      await this.#roster.list(source, listed)
    } catch (error) {
      const failures = (this.#listFailures[source] ?? 0) + 1
      this.#listFailures[source] = failures
      this.#nextListMs[source] = nowMs + backoffMs(failures, FIRST_HOLD_MS, LONGEST_HOLD_MS, Math.random)
      if (!(error instanceof SourceError)) throw error
    }
  }

  async #sample(market: FollowedMarket): Promise<void> {
    const { archive, clock, sampleSeconds, log } = this.#options
    market.nextSampleMs = this.#nextTurn(market, sampleSeconds * 1000)
    try {
      const { price, asOfMs } = await this.#ask(market.source, (provider) => provider.price(market.market))
      if (market.guard.accepts(Number(price)))
        return await archive.recordSamples([{ market: market.market, atMs: asOfMs, price }])
      const reason = 'far from the last price, and no other sample supports it yet'
      log.warn(`${market.market}: sampled price ${price} is ${reason}: not taken`)
      await archive.quarantine(market.source, market.market, clock.now(), {
        startMs: null,
        reason,
        raw: price,
      })
    } catch (error) {
      this.#failedMarket(market, error)
    }
  }

  /** Markets take turns, evenly over the sample time, at the same moment of each round. */
  #nextTurn(market: FollowedMarket, roundMs: number): number {
    const turn = this.#roster.followed.indexOf(market) / Math.max(1, this.#roster.followed.length)
    const nowMs = this.#options.clock.now()
    const phaseMs = Math.round(turn * roundMs)
    const due = Math.floor((nowMs - phaseMs) / roundMs) * roundMs + phaseMs + roundMs
    return due
  }

  async #read(action: Read): Promise<void> {
    const { series, fromMs, toMs } = action
    const market = action.market as FollowedMarket
    series.setBusy(fromMs, true)
    try {
      const answer = await this.#ask(market.source, (provider) =>
        provider.candles(market.market, series.interval, fromMs, toMs, action.priority),
      )
      await this.#store(action, answer)
      market.lastError = null
    } catch (error) {
      this.#holdSlice(action)
      this.#failedMarket(market, error)
    } finally {
      series.setBusy(fromMs, false)
    }
  }

  async #store(action: Read, answer: SliceAnswer): Promise<void> {
    const { market, series, fromMs, toMs } = action
    const { interval } = series
    const readToMs = Math.min(toMs, floorTo(interval, answer.readAtMs - FINISH_MS))
    const rows = answer.rows.filter((row) => row.startMs < readToMs)
    if (readToMs <= fromMs) return this.#holdSlice(action)
    const silent = rows.length === 0 && answer.refused.length === 0
    if (rows.length > 0) this.#aliveMs.set(market.source, answer.readAtMs)
    if (silent && !(await this.#believes(action, answer.readAtMs))) return this.#holdSlice(action)
    if (answer.refused.length > 0)
      this.#options.log.warn(
        `${market.market} ${interval}: ${answer.refused.length} candles refused, the first because ${answer.refused[0]!.reason}`,
      )
    const { archive, clock } = this.#options
    const result = await archive.applyReading({
      market: market.market,
      interval,
      fromMs,
      toMs,
      readToMs,
      readAtMs: answer.readAtMs,
      rows,
      refused: answer.refused.filter((row) => row.startMs === null || row.startMs < readToMs),
    })
    series.learnPresent(rows.map((row) => row.startMs))
    this.#roster.learn(result.slice)
    // The source's clock is behind: the candle that closed by ours comes in a moment.
    const behind = readToMs < Math.min(toMs, floorTo(interval, clock.now() - FINISH_MS))
    series.hold(fromMs, behind ? { untilMs: clock.now() + BEHIND_MS, failures: 0 } : null)
    if (result.revision !== null)
      this.#nextSealMs = Math.min(this.#nextSealMs, answer.readAtMs + SEAL_IDLE_MS)
  }

  /**
   * A wholly empty answer counts only of a slice without candles, and only while the source is not silent in general:
   * where nothing else has proved that lately, a slice that surely has candles is asked for as well.
   */
  async #believes({ market, series, fromMs }: Read, nowMs: number): Promise<boolean> {
    if ((series.known(fromMs)?.readings ?? 0) > 0 && !isProbed(series.known(fromMs))) return false
    const isAlive = () => Math.abs(nowMs - (this.#aliveMs.get(market.source) ?? -Infinity)) <= ALIVE_MS
    if (isAlive()) return true
    const lastMs = this.#controlMs.get(market.source) ?? -Infinity
    if (Math.abs(nowMs - lastMs) < CONTROL_EVERY_MS) return false
    this.#controlMs.set(market.source, nowMs)
    const days = market.series.at(-1)!
    const proven = days.provenSlice()
    if (!proven) return false
    const { rows, readAtMs } = await this.#ask(market.source, (provider) =>
      provider.candles(market.market, days.interval, proven.fromMs, proven.toMs, 'settling'),
    )
    if (rows.length > 0) this.#aliveMs.set(market.source, readAtMs)
    return isAlive()
  }

  async #markBeyond({ series, fromMs, toMs }: Beyond): Promise<void> {
    const { archive, log } = this.#options
    await archive.markBeyond(series.market, series.interval, fromMs, toMs)
    series.learnBeyond(fromMs, toMs)
    const span = `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`
    log.debug(`${series.market} ${series.interval}: beyond what the source gives, ${span}`)
  }

  async #seal(): Promise<void> {
    const nowMs = this.#options.clock.now()
    // Also when it fails: the rest goes on meanwhile.
    this.#nextSealMs = nowMs + MINUTE_MS
    const sealed = await this.#options.archive.sealNext(nowMs)
    if (!sealed) return
    this.#nextSealMs = nowMs
    this.#options.log.debug(`sealed ${sealed.market} ${sealed.interval} ${sealed.period}`)
  }

  async #retain(): Promise<void> {
    const nowMs = this.#options.clock.now()
    this.#nextRetainMs = nowMs + RETAIN_EVERY_MS
    if (await this.#options.archive.retain(nowMs)) this.#nextRetainMs = nowMs + SEAL_IDLE_MS
    else if (await this.#options.archive.recompressNext()) this.#nextRetainMs = nowMs + 1000
  }

  async #ask<T>(source: string, question: (provider: Provider) => Promise<T>): Promise<T> {
    const reach = this.#reach.get(source)!
    try {
      const answer = await question(this.#providers.get(source)!)
      reach.succeeded()
      return answer
    } catch (error) {
      if (error instanceof SourceError && !isRefusal(error)) reach.failed(error)
      throw error
    }
  }

  #holdSlice({ series, fromMs }: Read): void {
    const failures = series.failures(fromMs) + 1
    const waitMs = backoffMs(failures, FIRST_HOLD_MS, LONGEST_HOLD_MS, Math.random)
    series.hold(fromMs, { failures, untilMs: this.#options.clock.now() + waitMs })
  }

  #failedMarket(market: FollowedMarket, error: unknown): void {
    if (!(error instanceof SourceError)) throw error
    market.lastError = error.message
    if (!isRefusal(error)) return
    const nowMs = this.#options.clock.now()
    if (market.heldUntilMs > nowMs) return
    market.heldUntilMs = nowMs + REFUSED_HOLD_MS
    // It may have been renamed or delisted: the list tells.
    if (error.status === 404) this.#nextListMs[market.source] = nowMs
    this.#options.log.warn(`${market.market}: ${error.message}; asked again in 10 minutes`)
  }
}

/** A slice beyond the source's limit, asked again in case it reaches back further now. */
function isProbed(known: CoverageSlice | undefined): boolean {
  return known !== undefined && isResolved(known) && isSilent(known)
}

/** The source is in good health but does not want this question. */
function isRefusal(error: SourceError): boolean {
  return error.status !== null && error.status >= 400 && error.status < 500 && error.status !== 429
}
