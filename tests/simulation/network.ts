/**
 * The way to the simulated exchange: stands in for `fetch`, with latency, resets, answers that stop in the middle, names
 * that do not resolve, and spans in which nothing gets through. What comes back are real Responses.
 */
import diagnostics from 'node:diagnostics_channel'
import type { Answering } from '../../simulator/answering.ts'
import type { HttpAnswer } from '../../simulator/faulty.ts'
import { uniform, type Bits } from '../../simulator/random.ts'
import type { VirtualTime } from './virtual-time.ts'

/** How a span without a way to the exchange feels. */
export const CUTS = ['dns', 'refused', 'reset', 'silent'] as const
export type Cut = (typeof CUTS)[number]

export interface NetworkParts {
  readonly time: VirtualTime
  readonly answering: Answering
  readonly bits: Bits
  /** What is wrong with the way now; null for nothing. */
  readonly cut: () => Cut | null
}

const CREATED = diagnostics.channel('undici:request:create')
const LEFT = diagnostics.channel('undici:client:sendHeaders')

/** Requests of an earlier life of the program are answered to nobody. */
export function createFetch({ time, answering, bits, cut }: NetworkParts): typeof fetch {
  return (address, { signal } = {}) => {
    const url = new URL(address instanceof Request ? address.url : address)
    const request = { url }
    CREATED.publish({ request })
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      const arrive = async () => {
        await time.wait(1 + 10 * uniform(bits))
        const reason = cut()
        if (reason === 'silent') return
        if (reason !== null) return reject(failed(reason))
        LEFT.publish({ request })
        await time.wait(5 + 60 * uniform(bits))
        const sentMs = time.now()
        const answer = answering('GET', url)
        if (answer.delayMs) await time.wait(answer.delayMs)
        await time.wait(5 + 60 * uniform(bits))
        if (answer.cutAt === 0) reject(failed('reset'))
        else resolve(respond(answer, sentMs, signal ?? null))
      }
      void arrive()
    })
  }
}

function failed(cut: Exclude<Cut, 'silent'>): TypeError {
  const [code, message] = {
    dns: ['ENOTFOUND', 'getaddrinfo ENOTFOUND simulator'],
    refused: ['ECONNREFUSED', 'connect ECONNREFUSED'],
    reset: ['ECONNRESET', 'read ECONNRESET'],
  }[cut] as [string, string]
  return new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) })
}

function respond(
  { status, body, contentType, headers, cutAt }: HttpAnswer,
  atMs: number,
  signal: AbortSignal | null,
): Response {
  const given = {
    'content-type': contentType ?? 'application/json; charset=utf-8',
    date: new Date(atMs).toUTCString(),
    ...headers,
  }
  return new Response(cutAt === undefined ? body : brokenOff(body.slice(0, cutAt), signal), {
    status,
    headers: given,
  })
}

/** The connection ends in the middle. */
function brokenOff(part: string, signal: AbortSignal | null): ReadableStream<Uint8Array> {
  let isSent = false
  return new ReadableStream({
    pull(controller) {
      if (!isSent) controller.enqueue(new TextEncoder().encode(part))
      else
        controller.error(
          signal?.reason ??
            new TypeError('terminated', {
              cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
            }),
        )
      isSent = true
    },
  })
}
