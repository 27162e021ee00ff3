/** What the simulated exchange answers to a request: whether it is open, its limit, a fault if one is due, the truth. No sockets here. */
import type { Faults } from './faults.ts'
import type { HttpAnswer } from './faulty.ts'
import type { Counter } from './limit.ts'
import type { Protocol } from './protocols/protocol.ts'

interface AnsweringParts {
  readonly protocol: Protocol
  readonly counter: Counter
  readonly faults: Faults
  readonly now: () => number
}

/** Answers a request that arrives now. */
export type Answering = (method: string, url: URL) => HttpAnswer

export function createAnswering({ protocol, counter, faults, now }: AnsweringParts): Answering {
  return (method, url) => {
    const nowMs = now()
    const closed = protocol.closed?.(nowMs)
    if (closed) return closed
    if (!counter.admit(performance.now())) return protocol.refusal(nowMs)
    if (method !== 'GET') return { status: 405, body: '{"message":"Method not allowed"}' }
    const good = protocol.answer(url, nowMs)
    const path = url.pathname + url.search
    const fault = faults.draw(path, protocol.question(url), protocol.possible(url, good))
    return fault ? protocol.spoil(fault, url, nowMs, (other) => protocol.answer(other, nowMs)) : good
  }
}
