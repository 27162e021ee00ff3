import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askBytes, askJson, DEADLINE_MS, type Fetch } from './request.ts'

const signal = new AbortController().signal
const octets = { headers: { 'content-type': 'application/octet-stream' } }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Gives a byte now and then, and stops when it is aborted. */
const drip =
  (bytes: number, pauseMs: number): Fetch =>
  async (_url, init) => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        init.signal!.addEventListener('abort', () => controller.error(init.signal!.reason))
      },
      pull: (controller) =>
        new Promise((resolve) => {
          if (bytes-- === 0) return resolve(controller.close())
          setTimeout(() => {
            if (!init.signal!.aborted) controller.enqueue(Uint8Array.of(bytes))
            resolve()
          }, pauseMs)
        }),
    })
    return new Response(stream, octets)
  }

it('a slow line may take longer than the deadline', async () => {
  const answer = askBytes(drip(5, DEADLINE_MS * 0.8), '/api/v1/tail', signal)
  await vi.advanceTimersByTimeAsync(DEADLINE_MS * 5)
  expect(await answer).toEqual(Uint8Array.of(4, 3, 2, 1, 0))
})

it('a line on which nothing comes any more is given up', async () => {
  const answer = askBytes(drip(5, DEADLINE_MS * 1.2), '/api/v1/tail?since=3', signal)
  const failed = expect(answer).rejects.toMatchObject({
    trouble: { why: 'silent', path: '/api/v1/tail', seconds: 15 },
  })
  await vi.advanceTimersByTimeAsync(DEADLINE_MS * 2)
  await failed
})

it.each([
  ['an error page', new Response('no', { status: 502 }), { why: 'refused', status: 502 }],
  [
    'a sign-in page',
    new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    { why: 'another kind', type: 'text/html', wanted: 'application/json' },
  ],
  [
    'half a JSON',
    new Response('{"a"', { headers: { 'content-type': 'application/json' } }),
    { why: 'no JSON', path: '/api/v1/sync' },
  ],
])('%s is told for what it is', async (_name, response, trouble) => {
  await expect(askJson(async () => response, '/api/v1/sync', signal)).rejects.toMatchObject({ trouble })
})
