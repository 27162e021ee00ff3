/**
 * What of all followed markets is due, kept from one decision to the next: a market is looked at again only when something
 * of it has changed or fallen due by the clock. It decides nothing, and gives what a look at every market would give.
 */
import type { Followed } from './next.ts'
import { Heap } from './heap.ts'
import { Rank } from './judge.ts'
import type { ReadTask, Scope } from './search.ts'
import type { Series } from './series.ts'
import { sliceMs, sliceStart } from './slice.ts'

/** A slice of a followed market that is due. */
export interface Candidate {
  readonly market: Followed
  readonly series: Series
  readonly task: ReadTask
}

/** A span to be marked as beyond what its source gives. */
export interface Mark {
  readonly series: Series
  readonly fromMs: number
  readonly toMs: number
}

type ScopeOf = (market: Followed, series: Series) => Scope

interface Entry {
  readonly market: Followed
  /** Markets of one urgency take turns in the order in which they came. */
  readonly order: number
  readonly unwatch: () => void
  read: Candidate | null
  mark: Mark | null
  wakeMs: number
  sampleMs: number
}

/** Entries of one source. */
interface Lane {
  readonly reads: Heap<Entry>
  readonly samples: Heap<Entry>
}

export class Agenda {
  readonly #entries = new Map<Followed, Entry>()
  readonly #lanes = new Map<string, Lane>()
  readonly #waking = new Heap<Entry>((a, b) => a.wakeMs < b.wakeMs)
  readonly #marks = new Heap<Entry>((a, b) => a.order < b.order)
  readonly #changed = new Set<Entry>()
  #order = 0
  #lookedMs = -Infinity

  add(market: Followed): void {
    const unwatch = market.series.map((series) => series.watch(() => this.#changed.add(entry)))
    const entry: Entry = {
      market,
      order: this.#order++,
      unwatch: () => unwatch.forEach((end) => end()),
      read: null,
      mark: null,
      wakeMs: Infinity,
      sampleMs: Infinity,
    }
    this.#entries.set(market, entry)
    this.#changed.add(entry)
  }

  remove(market: Followed): void {
    const entry = this.#entries.get(market)
    if (!entry) return
    entry.unwatch()
    this.#entries.delete(market)
    this.#changed.delete(entry)
    const { reads, samples } = this.#laneOf(market.source)
    for (const heap of [reads, samples, this.#waking, this.#marks]) heap.delete(entry)
  }

  /** Something of the market was changed: it is looked at again. */
  touch(market: Followed): void {
    const entry = this.#entries.get(market)
    if (entry) this.#changed.add(entry)
  }

  /** What every look depends on was changed. */
  touchAll(): void {
    for (const entry of this.#entries.values()) this.#changed.add(entry)
  }

  /** Only the time of its next price was changed. */
  resample(market: Followed): void {
    const entry = this.#entries.get(market)
    if (entry && !this.#changed.has(entry)) this.#placeSample(entry)
  }

  /** Brings everything up to this instant. */
  look(nowMs: number, scopeOf: ScopeOf): void {
    // What was found later may not hold yet.
    if (nowMs < this.#lookedMs) this.touchAll()
    this.#lookedMs = nowMs
    for (let entry = this.#waking.first(); entry && entry.wakeMs <= nowMs; entry = this.#waking.first()) {
      this.#waking.delete(entry)
      this.#changed.add(entry)
    }
    for (const entry of this.#changed) this.#lookAt(entry, nowMs, scopeOf)
    this.#changed.clear()
  }

  /** The most urgent slice of a source: by rank; live ones by how long they are due, others the newest first. */
  read(source: string): Candidate | null {
    return this.#lanes.get(source)?.reads.first()?.read ?? null
  }

  /** The live market of a source whose price is due first. */
  sample(source: string): Followed | null {
    return this.#lanes.get(source)?.samples.first()?.market ?? null
  }

  mark(): Mark | null {
    return this.#marks.first()?.mark ?? null
  }

  /** Nothing is due to be read. */
  get isIdle(): boolean {
    for (const { reads } of this.#lanes.values()) if (reads.size > 0) return false
    return true
  }

  /** When something falls due by the clock alone. */
  get wakeMs(): number {
    return this.#waking.first()?.wakeMs ?? Infinity
  }

  #lookAt(entry: Entry, nowMs: number, scopeOf: ScopeOf): void {
    const { market } = entry
    const isHeld = market.heldUntilMs > nowMs
    entry.read = entry.mark = null
    entry.wakeMs = isHeld ? market.heldUntilMs : Infinity
    for (const series of market.series) {
      const scope = scopeOf(market, series)
      const { read, mark, nextMs } = series.find(scope)
      entry.wakeMs = Math.min(entry.wakeMs, nextMs, scopeEndMs(series, scope))
      if (mark) entry.mark ??= { series, ...mark }
      if (!read || isHeld) continue
      if (!entry.read || isMoreUrgent(read, entry.read.task)) entry.read = { market, series, task: read }
    }
    this.#waking.put(entry)
    place(this.#laneOf(market.source).reads, entry, entry.read !== null)
    place(this.#marks, entry, entry.mark !== null)
    this.#placeSample(entry)
  }

  #placeSample(entry: Entry): void {
    const { live, nextSampleMs, source } = entry.market
    entry.sampleMs = nextSampleMs
    place(this.#laneOf(source).samples, entry, live)
  }

  #laneOf(source: string): Lane {
    let lane = this.#lanes.get(source)
    if (!lane) {
      lane = {
        reads: new Heap((a, b) => isBefore(a, b)),
        samples: new Heap((a, b) =>
          a.sampleMs === b.sampleMs ? a.order < b.order : a.sampleMs < b.sampleMs,
        ),
      }
      this.#lanes.set(source, lane)
    }
    return lane
  }
}

function place(heap: Heap<Entry>, entry: Entry, isIn: boolean): void {
  if (isIn) heap.put(entry)
  else heap.delete(entry)
}

function isBefore(a: Entry, b: Entry): boolean {
  if (isMoreUrgent(a.read!.task, b.read!.task)) return true
  return !isMoreUrgent(b.read!.task, a.read!.task) && a.order < b.order
}

/** Of live ones none waits for ever; history goes back in time in all markets together. */
function isMoreUrgent(a: ReadTask, b: ReadTask): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank
  return a.rank === Rank.live && a.dueMs !== b.dueMs ? a.dueMs < b.dueMs : a.toMs > b.toMs
}

/** When a slice leaves what is wanted of the series, since that moves with the clock. */
function scopeEndMs({ interval }: Series, { wantedMs, reachMs, nowMs }: Scope): number {
  const leftMs = (ms: number) => sliceStart(interval, ms) + sliceMs(interval) - ms
  return nowMs + Math.min(leftMs(wantedMs), leftMs(reachMs))
}
