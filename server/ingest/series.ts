/**
 * One series as the reconciler knows it: coverage by slice and, for hours and days, where candles are. It finds the most
 * urgent thing to do for it; it asks nobody.
 */
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, floorTo, type StoredInterval } from '../../core/time/interval.ts'
import type { CoverageSlice } from '../archive/types.ts'
import { Rank, isDone, isResolved, isSilent, isUnread, judge, type Evidence, type Need } from './judge.ts'
import { sliceMs, sliceStart } from './slice.ts'

/** What is to be done next for a series, and from when on. */
export type Task =
  | {
      readonly kind: 'read'
      readonly rank: number
      readonly dueMs: number
      readonly fromMs: number
      readonly toMs: number
    }
  | {
      readonly kind: 'beyond'
      readonly rank: number
      readonly dueMs: number
      readonly fromMs: number
      readonly toMs: number
    }

export interface Found {
  /** The most urgent thing that is due. */
  readonly task: Task | null
  /** When something else falls due by the clock alone. */
  readonly nextMs: number
}

/** A slice that is not to be asked for before: it failed, or its rows were refused. */
export interface Hold {
  readonly untilMs: number
  readonly failures: number
}

export interface SeriesOptions {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** The same market in the next longer interval; null for days. */
  readonly longer: Series | null
  readonly settlingMs: number
}

/** So many neighbouring silences where longer candles exist: the source does not reach back as far. */
const LIMIT_RUN = 5
const LIMIT_SILENCES = 4
/** A failing slice of days stops holding back the hours after so many failures. */
const FAILURES_TO_IGNORE = 5

export class Series {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly longer: Series | null
  readonly #settlingMs: number
  readonly #known = new Map<number, CoverageSlice>()
  /** Starts of present candles; kept for hours and days only. */
  readonly #present = new Set<number>()
  readonly #holds = new Map<number, Hold>()
  readonly #busy = new Set<number>()
  #firstPresentMs = Infinity
  /** Counts changes, so that a finding can be remembered until the next one. */
  #version = 0
  #remembered: { readonly version: string; readonly found: Found } | null = null

  constructor({ market, interval, longer, settlingMs }: SeriesOptions) {
    this.market = market
    this.interval = interval
    this.longer = longer
    this.#settlingMs = settlingMs
  }

  // What becomes known

  learn(slice: CoverageSlice): void {
    this.#known.set(slice.fromMs, slice)
    this.#version++
  }

  /** Coverage anew, as after somebody has marked it unread. */
  relearn(slices: readonly CoverageSlice[]): void {
    this.#known.clear()
    for (const slice of slices) this.#known.set(slice.fromMs, slice)
    this.#version++
  }

  learnPresent(starts: Iterable<number>): void {
    if (this.interval === '1m') return
    for (const start of starts) {
      this.#present.add(start)
      if (start < this.#firstPresentMs) this.#firstPresentMs = start
    }
    this.#version++
  }

  /** The archive has marked the span as beyond what the source gives. */
  learnBeyond(fromMs: number, toMs: number, nowMs: number): void {
    for (let from = sliceStart(this.interval, fromMs); from < toMs; from += sliceMs(this.interval)) {
      const to = from + sliceMs(this.interval)
      const known = this.#known.get(from)
      const whole = from >= fromMs && to <= toMs
      if (!whole && !known) continue
      this.#known.set(from, {
        market: this.market,
        interval: this.interval,
        fromMs: from,
        toMs: to,
        readToMs: whole ? to : known!.readToMs,
        readings: known?.readings ?? 0,
        silences: known?.silences ?? 0,
        lastReadMs: known?.lastReadMs ?? nowMs,
        open: 0,
        settled: whole || known!.settled,
      })
    }
    this.#version++
  }

  /** What was beyond the limit before this instant is there after all: it is to be read. */
  forgetBeyond(beforeMs: number): void {
    for (const [from, known] of this.#known)
      if (from < beforeMs && known.readings === 0 && this.evidence(from, known.toMs) === 'traded')
        this.#known.delete(from)
    this.#version++
  }

  hold(fromMs: number, hold: Hold | null): void {
    if (hold) this.#holds.set(fromMs, hold)
    else if (!this.#holds.delete(fromMs)) return
    this.#version++
  }

  failures(fromMs: number): number {
    return this.#holds.get(fromMs)?.failures ?? 0
  }

  setBusy(fromMs: number, busy: boolean): void {
    if (busy) this.#busy.add(fromMs)
    else this.#busy.delete(fromMs)
    this.#version++
  }

  known(fromMs: number): CoverageSlice | undefined {
    return this.#known.get(fromMs)
  }

  isUnread(): boolean {
    return this.#known.size === 0
  }

  // What follows from it

  /** The most urgent task that is due, of the slices from `wantedMs` to now. */
  find(wantedMs: number, recentMs: number, live: boolean, nowMs: number): Found {
    const version = `${this.#versions()} ${sliceStart(this.interval, wantedMs)} ${live}`
    const remembered = this.#remembered
    if (remembered?.version === version && remembered.found.nextMs > nowMs) return remembered.found
    const found = this.#search(wantedMs, recentMs, live, nowMs)
    this.#remembered = { version, found }
    return found
  }

  /** What this series says about a span of a shorter one. */
  evidence(fromMs: number, toMs: number): Evidence {
    const { longer } = this
    return longer ? longer.#tells(fromMs, toMs) : 'unknown'
  }

  /** Slices of history to read, and how many have been. */
  progress(wantedMs: number, nowMs: number): { wanted: number; done: number } {
    let wanted = 0
    let done = 0
    for (const fromMs of this.#slices(wantedMs, nowMs)) {
      const known = this.#known.get(fromMs)
      if (known && known.readings > 0) done++
      else if (known && isResolved(known)) continue
      else if (this.evidence(fromMs, fromMs + sliceMs(this.interval)) === 'quiet') continue
      wanted++
    }
    return { wanted, done }
  }

  #versions(): string {
    return this.longer ? `${this.#version} ${this.longer.#versions()}` : String(this.#version)
  }

  #tells(fromMs: number, toMs: number): Evidence {
    const step = INTERVAL_MS[this.interval]
    for (let start = floorTo(this.interval, fromMs); start < toMs; start += step)
      if (this.#present.has(start)) return 'traded'
    for (let from = sliceStart(this.interval, fromMs); from < toMs; from += sliceMs(this.interval)) {
      const known = this.#known.get(from)
      if (this.failures(from) >= FAILURES_TO_IGNORE) return 'traded'
      if (!known || known.readToMs < Math.min(toMs, known.toMs) || !isDone(known)) return 'unknown'
    }
    return 'quiet'
  }

  /** Starts of the slices, the newest first. */
  *#slices(wantedMs: number, nowMs: number): Generator<number> {
    const length = sliceMs(this.interval)
    const first = sliceStart(this.interval, wantedMs)
    for (let from = sliceStart(this.interval, nowMs); from >= first; from -= length) yield from
  }

  #search(wantedMs: number, recentMs: number, live: boolean, nowMs: number): Found {
    let best: Task | null = null
    let nextMs = Infinity
    const offer = (task: Task) => {
      if (task.dueMs > nowMs) nextMs = Math.min(nextMs, task.dueMs)
      else if (!best || task.rank < best.rank) best = task
    }
    const run = { length: 0, exhausted: 0, toMs: 0 }
    for (const fromMs of this.#slices(wantedMs, nowMs)) {
      const toMs = fromMs + sliceMs(this.interval)
      const known = this.#known.get(fromMs)
      const evidence = this.evidence(fromMs, toMs)
      // Minutes that the source does not have, though its hours do: a few silences tell of thousands.
      if (isSilent(known) && evidence === 'traded') {
        if (run.length++ === 0) run.toMs = toMs
        if (known.silences >= LIMIT_SILENCES) run.exhausted++
        if (run.length >= LIMIT_RUN && run.exhausted === run.length) {
          const from = sliceStart(this.interval, wantedMs)
          offer({ kind: 'beyond', rank: Rank.beyond, dueMs: 0, fromMs: from, toMs: run.toMs })
          break
        }
      } else if (!isUnread(known)) run.length = run.exhausted = 0
      if (isUnread(known) && run.length >= LIMIT_RUN) break
      if (this.#busy.has(fromMs)) continue
      const need = this.#judge(fromMs, toMs, known, evidence, live, recentMs, nowMs)
      if (need.kind === 'none') continue
      if (need.kind === 'beyond') offer({ kind: 'beyond', rank: Rank.beyond, dueMs: 0, fromMs, toMs })
      else {
        const dueMs = Math.max(need.dueMs, this.#holds.get(fromMs)?.untilMs ?? 0)
        offer({ kind: 'read', rank: need.rank, dueMs, fromMs, toMs })
      }
    }
    const task = best as Task | null
    return {
      task: task?.kind === 'beyond' ? this.#widen(task, wantedMs, recentMs, live, nowMs) : task,
      nextMs,
    }
  }

  #judge(
    fromMs: number,
    toMs: number,
    known: CoverageSlice | undefined,
    evidence: Evidence,
    live: boolean,
    recentMs: number,
    nowMs: number,
  ): Need {
    return judge({
      interval: this.interval,
      fromMs,
      toMs,
      known,
      evidence,
      live,
      silencesToResolve: this.#silencesToResolve(fromMs, toMs),
      settlingMs: this.#settlingMs,
      recentMs,
      nowMs,
    })
  }

  /** A source is silent by mistake now and then: the nearer to known candles, the more often it is asked. */
  #silencesToResolve(fromMs: number, toMs: number): number {
    if (this.interval !== '1d') return 3
    if (this.#firstPresentMs < fromMs) return 8
    const newer = this.#known.get(toMs)
    return newer && newer.readings === 0 && newer.silences > 0 ? 3 : 5
  }

  /** Older neighbours that need the same go along, so that one write does for all. */
  #widen(task: Task, wantedMs: number, recentMs: number, live: boolean, nowMs: number): Task {
    let { fromMs } = task
    const first = sliceStart(this.interval, wantedMs)
    for (;;) {
      const from = fromMs - sliceMs(this.interval)
      if (from < first || this.#busy.has(from)) return { ...task, fromMs }
      const known = this.#known.get(from)
      const need = this.#judge(from, fromMs, known, this.evidence(from, fromMs), live, recentMs, nowMs)
      if (need.kind !== 'beyond') return { ...task, fromMs }
      fromMs = from
    }
  }
}
