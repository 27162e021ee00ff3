/**
 * One series as the reconciler knows it: coverage by slice and, for hours and days, where candles are. It asks nobody
 * and decides nothing.
 */
import type { MarketId } from '../../core/market.ts'
import { INTERVAL_MS, floorTo, type StoredInterval } from '../../core/time/interval.ts'
import type { HistoryProgress } from '../../core/wire/api.ts'
import type { CoverageSlice } from '../archive/types.ts'
import { isResolved, isSilent, isSure, type Evidence } from './judge.ts'
import { progress, search, type Found, type Scope } from './search.ts'
import { sliceMs, sliceStart } from './slice.ts'

export interface SeriesOptions {
  readonly market: MarketId
  readonly interval: StoredInterval
  /** The same market in the next longer interval; null for days. */
  readonly longer: Series | null
  readonly settlingMs: number
  /** Nothing older exists at the source. */
  readonly foundedMs: number
  /** The source has no candles of the interval: they are made of the prices that were sampled here. */
  readonly isRecord?: boolean
}

/** A slice that is not to be asked for before: it failed, or was answered in a way that does not count. */
export interface Hold {
  readonly untilMs: number
  readonly failures: number
}

/** A failing slice of days stops holding back its hours after so many failures. */
const FAILURES_TO_IGNORE = 8

export class Series {
  readonly market: MarketId
  readonly interval: StoredInterval
  readonly longer: Series | null
  readonly settlingMs: number
  readonly isRecord: boolean
  /** Where the market stands among others that take turns, from 0 to 1. */
  readonly turn: number
  readonly #foundedMs: number
  readonly #known = new Map<number, CoverageSlice>()
  /** Starts of present candles; kept for hours and days only. */
  readonly #present = new Set<number>()
  readonly #holds = new Map<number, Hold>()
  readonly #busy = new Set<number>()
  /** Honest readings of slices that had settled; anew with each process, which costs a few readings at most. */
  readonly #settledReadings = new Map<number, number>()
  #firstPresentMs = Infinity
  /** Counts changes, so that a finding can be remembered until the next one. */
  #version = 0
  #remembered: { readonly version: string; readonly atMs: number; readonly found: Found } | null = null
  #progress: { readonly version: string; readonly value: HistoryProgress } | null = null
  readonly #watchers = new Set<() => void>()

  constructor({ market, interval, longer, settlingMs, foundedMs, isRecord = false }: SeriesOptions) {
    this.market = market
    this.interval = interval
    this.longer = longer
    this.settlingMs = settlingMs
    this.isRecord = isRecord
    this.turn = longer ? longer.turn : turnOf(market)
    this.#foundedMs = foundedMs
  }

  /** Calls whenever something of it changes, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  // What becomes known

  learn(slice: CoverageSlice): void {
    const { fromMs, toMs, readings, lastReadMs } = slice
    if (readings > (this.#known.get(fromMs)?.readings ?? 0) && lastReadMs >= toMs + this.settlingMs)
      this.#settledReadings.set(fromMs, this.settledReadings(fromMs) + 1)
    this.#known.set(fromMs, slice)
    this.#changed()
  }

  /** Coverage anew, as after somebody has marked it unread. */
  relearn(slices: readonly CoverageSlice[]): void {
    this.#known.clear()
    this.#holds.clear()
    this.#settledReadings.clear()
    for (const slice of slices) this.#known.set(slice.fromMs, slice)
    this.#changed()
  }

  learnPresent(starts: Iterable<number>): void {
    if (this.interval === '1m') return
    for (const start of starts) {
      this.#present.add(start)
      if (start < this.#firstPresentMs) this.#firstPresentMs = start
    }
    this.#changed()
  }

  /** The archive has marked the span as beyond what the source gives. */
  learnBeyond(fromMs: number, toMs: number): void {
    const length = sliceMs(this.interval)
    for (let from = sliceStart(this.interval, fromMs); from < toMs; from += length) {
      const known = this.#known.get(from)
      const to = from + length
      if (from >= fromMs && to <= toMs)
        this.#known.set(from, {
          market: this.market,
          interval: this.interval,
          fromMs: from,
          toMs: to,
          readToMs: to,
          readings: Math.max(1, known?.readings ?? 0),
          silences: known?.silences ?? 0,
          lastReadMs: known?.lastReadMs ?? 0,
          open: 0,
          settled: true,
        })
      // How many of its places are open still is told by the next reading.
      else if (known) this.#known.set(from, { ...known, open: 0 })
    }
    this.#changed()
  }

  hold(fromMs: number, hold: Hold | null): void {
    if (hold) this.#holds.set(fromMs, hold)
    else if (!this.#holds.delete(fromMs)) return
    this.#changed()
  }

  shiftHolds(byMs: number): void {
    for (const [fromMs, hold] of this.#holds)
      this.#holds.set(fromMs, { ...hold, untilMs: hold.untilMs + byMs })
    this.#changed()
  }

  setBusy(fromMs: number, busy: boolean): void {
    if (busy) this.#busy.add(fromMs)
    else this.#busy.delete(fromMs)
    this.#changed()
  }

  // What is known

  known(fromMs: number): CoverageSlice | undefined {
    return this.#known.get(fromMs)
  }

  settledReadings(fromMs: number): number {
    return this.#settledReadings.get(fromMs) ?? 0
  }

  heldUntilMs(fromMs: number): number {
    return this.#holds.get(fromMs)?.untilMs ?? 0
  }

  failures(fromMs: number): number {
    return this.#holds.get(fromMs)?.failures ?? 0
  }

  isBusy(fromMs: number): boolean {
    return this.#busy.has(fromMs)
  }

  isUnread(): boolean {
    return this.#known.size === 0
  }

  /** Start of the oldest candle; Infinity where none is known. */
  get firstPresentMs(): number {
    return this.#firstPresentMs
  }

  /** The newest slice that holds candles for certain; null where none does. */
  provenSlice(): CoverageSlice | null {
    let newest: CoverageSlice | null = null
    for (const slice of this.#known.values())
      if (
        slice.fromMs >= (newest?.fromMs ?? 0) &&
        slice.readings > 0 &&
        this.#tells(slice.fromMs, slice.toMs) === 'traded'
      )
        newest = slice
    return newest
  }

  /** What the longer candles say of the span. */
  evidence(fromMs: number, toMs: number): Evidence {
    const { longer } = this
    if (!longer) return 'unknown'
    const told = longer.#tells(fromMs, toMs)
    return told === 'unknown' && longer.evidence(fromMs, toMs) === 'quiet' ? 'quiet' : told
  }

  /** Whether the source has only been silent so far when asked for longer candles of the span. */
  isDoubtful(fromMs: number, toMs: number): boolean {
    const { longer } = this
    if (!longer) return isSilent(this.known(fromMs))
    return isSilent(longer.known(sliceStart(longer.interval, fromMs))) || longer.isDoubtful(fromMs, toMs)
  }

  /** When the market's first candle began, once it is sure that there is none before; else null. */
  listedMs(): number | null {
    const first = this.#firstPresentMs
    if (this.longer) {
      const listedMs = this.longer.listedMs()
      if (listedMs === null || this.interval === '1m') return listedMs
      return floorTo('1d', first) === listedMs ? first : null
    }
    if (first === Infinity) return null
    const from = sliceStart(this.interval, first)
    const older = this.#known.get(from - sliceMs(this.interval))
    const isFirst = from <= this.#foundedMs || (older !== undefined && isResolved(older) && isSilent(older))
    return isFirst ? first : null
  }

  /** The most urgent task of the slices in scope. */
  find(scope: Scope): Found {
    const version = this.#versionIn(scope)
    const remembered = this.#remembered
    if (
      remembered?.version === version &&
      remembered.atMs <= scope.nowMs &&
      remembered.found.nextMs > scope.nowMs
    )
      return remembered.found
    const found = search(this, scope)
    this.#remembered = { version, atMs: scope.nowMs, found }
    return found
  }

  /** Slices of history to read, and how many have been. */
  progress(scope: Scope): HistoryProgress {
    const version = `${this.#versionIn(scope)} ${sliceStart(this.interval, scope.nowMs)}`
    if (this.#progress?.version !== version) this.#progress = { version, value: progress(this, scope) }
    return this.#progress.value
  }

  /** Changes with whatever a look at the series depends on, but the clock. */
  #versionIn(scope: Scope): string {
    const spans = `${sliceStart(this.interval, scope.wantedMs)} ${sliceStart(this.interval, scope.reachMs)}`
    return `${this.#versions()} ${spans} ${scope.live} ${scope.paceMs}`
  }

  #changed(): void {
    this.#version++
    for (const watcher of this.#watchers) watcher()
  }

  #versions(): string {
    return this.longer ? `${this.#version} ${this.longer.#versions()}` : String(this.#version)
  }

  /** What this series says of a span of a shorter one. */
  #tells(fromMs: number, toMs: number): Evidence {
    const step = INTERVAL_MS[this.interval]
    for (let start = floorTo(this.interval, fromMs); start < toMs; start += step)
      if (this.#present.has(start)) return 'traded'
    for (let from = sliceStart(this.interval, fromMs); from < toMs; from += sliceMs(this.interval)) {
      const known = this.#known.get(from)
      if (this.failures(from) >= FAILURES_TO_IGNORE) return 'traded'
      if (!known || known.readToMs < Math.min(toMs, known.toMs) || !isSure(known)) return 'unknown'
    }
    return 'quiet'
  }
}

/** Spread evenly over markets, and the same after a restart (FNV-1a). */
function turnOf(market: MarketId): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < market.length; i++) hash = Math.imul(hash ^ market.charCodeAt(i), 0x01000193)
  return (hash >>> 0) / 2 ** 32
}
