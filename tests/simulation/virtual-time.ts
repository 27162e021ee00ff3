/**
 * Time that moves only when nothing is under way: the clock, timers and deadlines of this whole process, replaced before
 * anything else is loaded. What the machine really does meanwhile (files, compression, a database's socket) takes no time.
 */
import { AsyncResource } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'

const machine = {
  Date: globalThis.Date,
  setImmediate: globalThis.setImmediate,
  clearTimeout: globalThis.clearTimeout,
  now: performance.now.bind(performance),
}

/** Turns of the event loop without anything new after which nothing is under way any more. */
const QUIET_TURNS = 2
/** Work that the machine really does for so long hangs. */
const HANGS_MS = 120_000
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

type Callback = (...values: unknown[]) => void

/** A timer of the simulation, as Node's are used. */
class Timer {
  readonly #time: VirtualTime
  readonly #run: () => void
  readonly #waitMs: number
  readonly #repeats: boolean
  /** When it is due; Infinity once it is over. */
  dueMs = Infinity
  /** Of two that are due at once, the older goes first. */
  order = 0

  constructor(time: VirtualTime, run: () => void, waitMs: number, repeats: boolean) {
    this.#time = time
    this.#run = run
    this.#waitMs = waitMs >= 1 && waitMs <= LONGEST_TIMEOUT_MS ? waitMs : 1
    this.#repeats = repeats
    time.arm(this, this.#waitMs)
  }

  fire(): void {
    this.dueMs = Infinity
    if (this.#repeats) this.refresh()
    this.#run()
  }

  refresh(): this {
    this.#time.arm(this, this.#waitMs)
    return this
  }

  close(): this {
    this.dueMs = Infinity
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

export class VirtualTime {
  /** Milliseconds since this time began, as `performance.now` tells them. */
  #steadyMs = 0
  #epochMs: number
  /** A heap by due time; entries of timers that were set anew or ended stay until they come up. */
  readonly #heap: { readonly dueMs: number; readonly order: number; readonly timer: Timer }[] = []
  #order = 0
  #underWay = 0
  /**
   * Timers of the next millisecond fire beside real work: a client of PostgreSQL connects only after one. Then the order of
   * what is concurrent is up to the machine.
   */
  letsTimersOfNowGo = false
  #began = 0

  private constructor(epochMs: number) {
    this.#epochMs = epochMs
  }

  /** Takes over the clock and the timers of this process, for good. */
  static install(epochMs: number): VirtualTime {
    const time = new VirtualTime(epochMs)
    time.#install()
    return time
  }

  /** Whole milliseconds since the Unix epoch, right whatever a simulated process believes. */
  now(): number {
    return Math.floor(this.#epochMs + this.#steadyMs)
  }

  /** Another simulation begins at this instant; nothing of the last one goes on. */
  restart(epochMs: number): void {
    this.forgetTimers()
    this.#steadyMs = 0
    this.#epochMs = epochMs
  }

  /** Seconds of the machine, for reports. */
  machineSeconds(): number {
    return machine.now() / 1000
  }

  arm(timer: Timer, waitMs: number): void {
    timer.dueMs = this.#steadyMs + waitMs
    timer.order = ++this.#order
    push(this.#heap, { dueMs: timer.dueMs, order: timer.order, timer })
  }

  /** Ends every timer, as the end of a process does. */
  forgetTimers(): void {
    for (const { timer } of this.#heap) timer.close()
    this.#heap.length = 0
  }

  /** Something that the machine really does: time stands still until it has ended. */
  async real<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++
    this.#began++
    try {
      return await work()
    } finally {
      this.#underWay--
    }
  }

  /** For functions with a callback at their end. */
  realCallback<F extends (...values: never[]) => unknown>(run: F): F {
    return ((...values: unknown[]) => {
      const callback = values.pop() as Callback
      this.#underWay++
      this.#began++
      return (run as unknown as Callback)(...values, (...results: unknown[]) => {
        this.#underWay--
        callback(...results)
      })
    }) as unknown as F
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => new Timer(this, resolve, ms, false))
  }

  /** Lets time pass until this instant, or until `isOver` says so. */
  async passUntil(ms: number, isOver: () => boolean = () => false): Promise<void> {
    const untilMs = ms - this.#epochMs
    for (;;) {
      await this.#quiet()
      if (isOver()) return
      const next = this.#nextMs()
      if (next > untilMs) break
      this.#fire(next)
    }
    this.#steadyMs = Math.max(this.#steadyMs, untilMs)
  }

  /** Lets time pass until the work has ended. */
  async passWhile<T>(work: Promise<T>): Promise<T> {
    let isOver = false
    const end = () => (isOver = true)
    work.then(end, end)
    while (!isOver) {
      await this.#quiet()
      if (isOver) break
      const next = this.#nextMs()
      if (next === Infinity)
        throw new Error('nothing is under way and no timer is set, but the work has not ended')
      this.#fire(next)
    }
    return work
  }

  /** Until nothing happens any more without time. */
  async #quiet(): Promise<void> {
    let turns = 0
    let began = this.#began
    let sinceMs = 0
    while (turns < QUIET_TURNS) {
      await new Promise<void>((resolve) => machine.setImmediate(resolve))
      if (this.#underWay > 0) {
        sinceMs ||= machine.now()
        if (machine.now() - sinceMs > HANGS_MS)
          throw new Error(
            `${this.#underWay} things have been under way for ${HANGS_MS / 1000} s of the machine`,
          )
        turns = 0
        if (this.letsTimersOfNowGo && this.#nextMs() <= this.#steadyMs + 1) this.#fire(this.#nextMs())
      } else if (this.#began !== began) {
        began = this.#began
        sinceMs = 0
        turns = 0
      } else turns++
    }
  }

  #nextMs(): number {
    while (this.#heap.length > 0) {
      const { dueMs, order, timer } = this.#heap[0]!
      if (timer.dueMs === dueMs && timer.order === order) return dueMs
      pop(this.#heap)
    }
    return Infinity
  }

  #fire(atMs: number): void {
    this.#steadyMs = Math.max(this.#steadyMs, atMs)
    while (this.#nextMs() <= this.#steadyMs) pop(this.#heap)!.timer.fire()
  }

  #install(): void {
    const now = () => this.now()
    const MachineDate = machine.Date
    class VirtualDate extends MachineDate {
      constructor(...values: unknown[]) {
        if (values.length === 0) super(now())
        else super(...(values as [number]))
      }

      static override now(): number {
        return now()
      }
    }
    const bound = (run: Callback, values: unknown[]) => {
      const resource = new AsyncResource('VirtualTimer')
      return () => resource.runInAsyncScope(() => run(...values))
    }
    const set =
      (repeats: boolean) =>
      (run: Callback, ms = 1, ...values: unknown[]) =>
        new Timer(this, bound(run, values), ms, repeats)
    const clear = (timer: unknown) => {
      if (timer instanceof Timer) timer.close()
      // One that was set before.
      else machine.clearTimeout(timer as NodeJS.Timeout)
    }
    Object.assign(globalThis, {
      Date: VirtualDate,
      setTimeout: set(false),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    })
    performance.now = () => this.#steadyMs
    timersPromises.setTimeout = ((ms?: number, value?: unknown, options?: { signal?: AbortSignal }) =>
      this.#promise(ms ?? 1, value, options?.signal)) as typeof timersPromises.setTimeout
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController()
      const reason = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError')
      new Timer(this, () => controller.abort(reason()), ms, false)
      return controller.signal
    }
    syncBuiltinESMExports()
  }

  #promise(ms: number, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const aborted = () => new DOMException('The operation was aborted', 'AbortError')
      if (signal?.aborted) return reject(aborted())
      const timer = new Timer(this, () => resolve(value), ms, false)
      signal?.addEventListener('abort', () => {
        timer.close()
        reject(aborted())
      })
    })
  }
}

interface Entry {
  readonly dueMs: number
  readonly order: number
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}

function push<T extends Entry>(heap: T[], entry: T): void {
  let i = heap.push(entry) - 1
  while (i > 0) {
    const parent = (i - 1) >> 1
    if (!isBefore(entry, heap[parent]!)) break
    heap[i] = heap[parent]!
    i = parent
  }
  heap[i] = entry
}

function pop<T extends Entry>(heap: T[]): T | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return first
  let i = 0
  for (;;) {
    let child = 2 * i + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (!isBefore(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
  return first
}
