import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Limiter, LimiterClosed } from './limiter.ts'
import type { Priority } from './types.ts'

/** Instants at which requests leave and at which a server sees them, in virtual time. */
async function run(options: {
  requestsPerSecond: number
  concurrency?: number
  requests: number
  latencies: readonly number[]
  connecting?: readonly number[]
  /** How much of the fastest round trip is the way to the server. */
  share?: number
  forMs: number
}): Promise<{ left: number[]; seen: number[] }> {
  const {
    requestsPerSecond,
    concurrency = 24,
    requests,
    latencies,
    connecting = [0],
    share = 0.5,
    forMs,
  } = options
  const fastest = Math.min(...latencies)
  const limiter = new Limiter({ requestsPerSecond, concurrency })
  const left: number[] = []
  const seen: number[] = []
  for (let i = 0; i < requests; i++) {
    const latency = latencies[i % latencies.length]!
    void limiter
      .run('backfill', async (sent) => {
        left.push(performance.now())
        // A connection is made first, or the process is busy with something else.
        await new Promise((resolve) => setTimeout(resolve, connecting[i % connecting.length]))
        sent()
        // The line takes what it takes at the least; whatever comes on top of it, there or back, differs each time.
        const extra = (latency - fastest) * ((i * 7919) % 100) * 0.01
        seen.push(performance.now() + Math.min(500, fastest * share + extra))
        await new Promise((resolve) => setTimeout(resolve, latency))
      })
      .catch(() => {})
  }
  await vi.advanceTimersByTimeAsync(forMs)
  limiter.close()
  return { left, seen: seen.sort((a, b) => a - b) }
}

function mostInOneSecond(sorted: readonly number[]): number {
  let most = 0
  for (let i = 0, first = 0; i < sorted.length; i++) {
    while (sorted[first]! <= sorted[i]! - 1000) first++
    most = Math.max(most, i - first + 1)
  }
  return most
}

describe('limiter', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('never lets the server see more than the limit in any second, whatever the network does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (requestsPerSecond, drawn, connecting, share) => {
          // The fastest round trip is met now and then; before, nobody can know it.
          const latencies = drawn.map((latency, i) => (i % 5 === 0 ? Math.min(...drawn) : latency))
          const given = { requestsPerSecond, latencies, connecting, share }
          const { seen } = await run({ ...given, requests: 1200, forMs: 25_000 })
          expect(seen.length).toBeGreaterThan(0)
          expect(mostInOneSecond(seen)).toBeLessThanOrEqual(requestsPerSecond)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('starts empty: nothing leaves in the first second, since a process before it may have used it up', async () => {
    const { left } = await run({ requestsPerSecond: 10, requests: 5, latencies: [0], forMs: 999 })
    expect(left).toEqual([])
  })

  it.each([
    [3, 100],
    [10, 20],
    [10, 150],
    [10, 250],
    [10, 800],
    [500, 5],
  ])('reaches most of %i requests a second at a latency of %i ms', async (requestsPerSecond, latency) => {
    const { left } = await run({
      requestsPerSecond,
      requests: requestsPerSecond * 30,
      latencies: [latency],
      forMs: 11_000,
    })
    expect(left.length / 10).toBeGreaterThan(
      requestsPerSecond * (latency > 500 ? 0.5 : latency > 200 ? 0.75 : 0.85),
    )
  })

  it('reaches 95 % of the limit over a steady way of 150 ms, once it knows the way', async () => {
    const given = { requestsPerSecond: 10, latencies: [150, 152, 158], requests: 3000 }
    const { left, seen } = await run({ ...given, forMs: 161_000 })
    const start = left[0]! - 1020
    expect(left.filter((at) => at - start > 61_000).length).toBeGreaterThan(950)
    expect(mostInOneSecond(seen)).toBeLessThanOrEqual(10)
  })

  it('spaces requests evenly rather than in bursts', async () => {
    const { left } = await run({ requestsPerSecond: 10, requests: 40, latencies: [5], forMs: 5000 })
    const gaps = left.slice(1).map((at, i) => at - left[i]!)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(80)
  })

  it('lets the most urgent go first', async () => {
    const limiter = new Limiter({ requestsPerSecond: 10, concurrency: 1 })
    const order: Priority[] = []
    const ask = (priority: Priority) => limiter.run(priority, async () => void order.push(priority))
    const all = Promise.all([ask('backfill'), ask('settling'), ask('live'), ask('backfill'), ask('live')])
    await vi.advanceTimersByTimeAsync(3000)
    await all
    expect(order).toEqual(['live', 'live', 'settling', 'backfill', 'backfill'])
  })

  it('holds everything back during a pause', async () => {
    const limiter = new Limiter({ requestsPerSecond: 10, concurrency: 4 })
    limiter.pauseFor(5000)
    const left: number[] = []
    const start = performance.now()
    void limiter.run('live', async () => void left.push(performance.now() - start))
    await vi.advanceTimersByTimeAsync(4999)
    expect(left).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    expect(left).toHaveLength(1)
    limiter.close()
  })

  it('turns away whoever waits when it is closed', async () => {
    const limiter = new Limiter({ requestsPerSecond: 1, concurrency: 1 })
    const waiting = limiter.run('live', async () => 1)
    limiter.close()
    await expect(waiting).rejects.toBeInstanceOf(LimiterClosed)
  })
})
