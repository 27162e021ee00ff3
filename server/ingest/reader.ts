/**
 * Reads one slice of a series: asks, decides what of the answer counts, and hands it to the archive. An answer that does
 * not count changes nothing but when the slice is asked for again.
 */
import { Flag } from '../../core/candle/columns.ts'
import type { CandleRow } from '../../core/candle/row.ts'
import { candlesOfSamples } from '../../core/candle/sampled.ts'
import { MINUTE_MS, floorTo } from '../../core/time/interval.ts'
import type { Opinion, RefusedRow } from '../archive/types.ts'
import { backoffMs } from '../providers/backoff.ts'
import type { SliceAnswer } from '../providers/types.ts'
import type { Asking } from './asking.ts'
import { isResolved, isSilent } from './judge.ts'
import type { Action } from './next.ts'
import type { Roster } from './roster.ts'
import type { SecondOpinion } from './second-opinion.ts'
import { closedBefore } from './slice.ts'
import { wildRows } from './spike.ts'
import type { IngestOptions } from './types.ts'
import { REFUSALS } from '../archive/refusals.ts'

export type Read = Extract<Action, { kind: 'read' }>

const BEHIND_MS = 2000
/** A silence that does not count is asked about again after so long. */
const DOUBT_MS = 10_000
const FIRST_HOLD_MS = 1000
const LONGEST_HOLD_MS = 5 * MINUTE_MS
/** A silence counts only where the source answered something else with candles within so long. */
const ALIVE_MS = 3 * MINUTE_MS
const CONTROL_EVERY_MS = 20_000
/** An answer with something wrong in it is asked for again; so many in a row, and that is how the source is. */
const DOUBTS = 5
/** Confirmed wild candles that are remembered, so that a live slice is not asked for twice each minute. */
const MOST_CONFIRMED = 1000
/** Silences count when they are so far apart. */
const APART_MS = MINUTE_MS

export class Reader {
  readonly #options: IngestOptions
  readonly #roster: Roster
  readonly #asking: Asking
  readonly #opinions: SecondOpinion
  /** When each source last gave a candle: the proof that a silence of another slice is no general one. */
  readonly #aliveMs = new Map<string, number>()
  readonly #controlMs = new Map<string, number>()
  /** How many answers of each slice in a row had something wrong in them. */
  readonly #doubts = new Map<string, number>()
  /** Wild candles that the source has given twice. */
  readonly #confirmed = new Set<string>()

  constructor(options: IngestOptions, roster: Roster, asking: Asking, opinions: SecondOpinion) {
    this.#opinions = opinions
    this.#options = options
    this.#roster = roster
    this.#asking = asking
  }

  /**
   * @returns whether anything changed that a device could see
   * @throws SourceError, and what the archive throws; the slice is then asked for again after a while
   */
  async read(action: Read): Promise<boolean> {
    const { market, series, fromMs, toMs, priority } = action
    series.setBusy(fromMs, true)
    try {
      if (series.isRecord) return await this.#weigh(action, await this.#recorded(action))
      const answer = await this.#asking.ask(market.source, (provider) =>
        provider.candles(market.market, series.interval, fromMs, toMs, priority),
      )
      if (answer.rows.length > 0) this.#aliveMs.set(market.source, answer.readAtMs)
      return await this.#weigh(action, await this.#confirm(action, answer))
    } catch (error) {
      this.#failed(action)
      throw error
    } finally {
      series.setBusy(fromMs, false)
    }
  }

  /** For a source without candles of this interval, the prices sampled here are the record. */
  async #recorded({ market, series, fromMs, toMs }: Read): Promise<SliceAnswer> {
    const { archive, clock } = this.#options
    const { interval } = series
    const readAtMs = clock.now()
    const samples = await archive.samples(market.market, fromMs, Math.min(toMs, floorTo(interval, readAtMs)))
    return {
      rows: candlesOfSamples(samples, interval),
      refused: [],
      isAstray: false,
      readAtMs,
      sampled: 'here',
    }
  }

  async #weigh(action: Read, answer: SliceAnswer): Promise<boolean> {
    const { series, fromMs, toMs } = action
    const readToMs = closedBefore(series.interval, toMs, answer.readAtMs)
    const rows = answer.rows.filter((row) => row.startMs < readToMs)
    if (readToMs <= fromMs) {
      this.#wait(action, BEHIND_MS)
      return false
    }
    const isSilent = rows.length === 0 && answer.refused.length === 0 && !answer.isAstray
    if (isSilent && answer.sampled !== 'here') {
      const known = series.known(fromMs)
      const countsMs = known?.silences ? known.lastReadMs + APART_MS : 0
      if (answer.readAtMs < countsMs) {
        this.#wait(action, countsMs - answer.readAtMs)
        return false
      }
      if (!(await this.#believes(action, answer.readAtMs))) {
        this.#wait(action, DOUBT_MS)
        return false
      }
    }
    return this.#store(action, { ...answer, rows }, readToMs)
  }

  /**
   * Candles with a price far from their neighbours' count if another source supports them, or, flagged, if a second answer
   * has them, too.
   */
  async #confirm(action: Read, answer: SliceAnswer): Promise<SliceAnswer> {
    const { market, series, fromMs, toMs, priority } = action
    const nameOf = (row: CandleRow) => `${market.market} ${series.interval} ${JSON.stringify(row)}`
    const wild = new Map(wildRows(answer.rows).map((row) => [row.startMs, row]))
    if (this.#confirmed.size > MOST_CONFIRMED) this.#confirmed.clear()
    const opinions = new Map<number, Opinion>()
    for (const row of wild.values()) {
      if (this.#confirmed.has(nameOf(row))) continue
      const opinion = await this.#opinions.onCandle(market.market, series.interval, row)
      if (opinion?.isSupport) wild.delete(row.startMs)
      else if (opinion) opinions.set(row.startMs, opinion)
    }
    const doubted = [...wild.values()].filter((row) => !this.#confirmed.has(nameOf(row)))
    if (doubted.length > 0) {
      const again = await this.#asking.ask(market.source, (provider) =>
        provider.candles(market.market, series.interval, fromMs, toMs, priority),
      )
      const said = new Set(again.rows.map(nameOf))
      for (const row of doubted) {
        if (!said.has(nameOf(row))) continue
        this.#confirmed.add(nameOf(row))
        const opinion = opinions.get(row.startMs)
        if (opinion)
          await this.#options.archive.keepDoubt(
            market.market,
            series.interval,
            doubtOf(row, REFUSALS['far-taken'], opinion),
          )
      }
    }
    const isTaken = (row: CandleRow) => !wild.has(row.startMs) || this.#confirmed.has(nameOf(row))
    const refused = answer.rows
      .filter((row) => !isTaken(row))
      .map((row) => doubtOf(row, REFUSALS['far-refused'], opinions.get(row.startMs)))
    return {
      ...answer,
      rows: answer.rows
        .filter(isTaken)
        .map((row) => (wild.has(row.startMs) ? { ...row, flags: Flag.suspicious } : row)),
      refused: [...answer.refused, ...refused],
    }
  }

  async #store(
    { market, series, fromMs, toMs }: Read,
    { rows, refused, isAstray, readAtMs, reachMs, sampled }: SliceAnswer,
    readToMs: number,
  ): Promise<boolean> {
    const { archive, clock, log } = this.#options
    const { interval } = series
    if (refused.length > 0)
      log.warn(
        `${market.market} ${interval}: ${refused.length} candles refused, the first because ${refused[0]!.reason}`,
      )
    const isDoubtful = this.#doubt(`${market.market} ${interval} ${fromMs}`, refused.length > 0 || isAstray)
    const result = await archive.applyReading({
      market: market.market,
      interval,
      fromMs,
      toMs,
      readToMs,
      readAtMs,
      rows,
      // Of a place that is still forming nothing is expected.
      refused: refused.filter(({ startMs }) => startMs === null || startMs < readToMs || startMs >= toMs),
      ...(reachMs !== undefined && { reachMs }),
      isDoubtful,
      ...(sampled ? { sampled } : {}),
    })
    series.learnPresent(rows.map((row) => row.startMs))
    this.#roster.learn(result.slice)
    // The source's clock is behind: the candle that closed by ours comes in a moment.
    const isBehind = readToMs < closedBefore(interval, toMs, clock.now())
    if (isDoubtful) this.#failed({ series, fromMs })
    else if (isBehind) this.#wait({ series, fromMs }, BEHIND_MS)
    else series.hold(fromMs, null)
    return result.revision !== null
  }

  /** Whether an answer with something wrong in it may be a single mistake of the source. */
  #doubt(slice: string, isSpoilt: boolean): boolean {
    const doubts = isSpoilt ? (this.#doubts.get(slice) ?? 0) + 1 : 0
    if (isSpoilt) this.#doubts.set(slice, doubts)
    else this.#doubts.delete(slice)
    return isSpoilt && doubts < DOUBTS
  }

  /**
   * A wholly empty answer counts only of a slice without candles, and only while the source is not silent in general:
   * where nothing else has proved that lately, a slice that surely has candles is asked for as well.
   */
  async #believes({ market, series, fromMs }: Read, nowMs: number): Promise<boolean> {
    const known = series.known(fromMs)
    const isProbe = known !== undefined && isResolved(known) && isSilent(known)
    if (known && known.readings > 0 && !isProbe) return false
    const isAlive = () => Math.abs(nowMs - (this.#aliveMs.get(market.source) ?? -Infinity)) <= ALIVE_MS
    if (isAlive()) return true
    const askedMs = this.#controlMs.get(market.source) ?? -Infinity
    const days = market.series.at(-1)!
    const proven = days.provenSlice()
    if (!proven || Math.abs(nowMs - askedMs) < CONTROL_EVERY_MS) return false
    this.#controlMs.set(market.source, nowMs)
    const { rows, readAtMs } = await this.#asking.ask(market.source, (provider) =>
      provider.candles(market.market, days.interval, proven.fromMs, proven.toMs, 'settling'),
    )
    if (rows.length > 0) this.#aliveMs.set(market.source, readAtMs)
    return isAlive()
  }

  #wait({ series, fromMs }: Pick<Read, 'series' | 'fromMs'>, ms: number): void {
    series.hold(fromMs, {
      failures: series.failures(fromMs),
      untilMs: this.#options.clock.now() + ms,
    })
  }

  #failed({ series, fromMs }: Pick<Read, 'series' | 'fromMs'>): void {
    const failures = series.failures(fromMs) + 1
    const waitMs = backoffMs(failures, FIRST_HOLD_MS, LONGEST_HOLD_MS, Math.random)
    series.hold(fromMs, { failures, untilMs: this.#options.clock.now() + waitMs })
  }
}

function doubtOf(row: CandleRow, reason: string, opinion?: Opinion): RefusedRow {
  return {
    startMs: row.startMs,
    reason,
    raw: JSON.stringify(row),
    candle: row,
    ...(opinion && { opinion }),
  }
}
