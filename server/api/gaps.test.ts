import { expect, test, vi } from 'vitest'
import type { Gap } from '../archive/types.ts'
import type { Operations } from '../control/operations.ts'
import type { ApiParts } from './context.ts'
import { createRouter } from './context.ts'
import { addGaps } from './gaps.ts'

const gap = (day: number): Gap => ({
  market: 'coinbase:BTC-USD' as Gap['market'],
  interval: '1d',
  from: new Date(day * 86_400_000).toISOString(),
  to: new Date((day + 1) * 86_400_000).toISOString(),
  places: 1,
  class: 'outage',
  why: 'the source gave none',
})

/** The route over an archive whose series are looked through by `find`. */
function open(find: () => Promise<readonly Gap[]>) {
  const api = createRouter()
  api.onError((_, c) => c.body(null, 500))
  const look = vi.fn(find)
  const operations = { gaps: look } as Partial<Operations> as Operations
  addGaps(api, { operations } as Partial<ApiParts> as ApiParts)
  const ask = async (market = 'coinbase:BTC-USD') => {
    const answer = await api.request(`/api/v1/markets/${market}/gaps?interval=1d`)
    return { status: answer.status, body: answer.ok ? ((await answer.json()) as unknown) : null }
  }
  return { look, ask }
}

test('a series is looked through once for all who ask within a minute, at once or one after the other', async () => {
  const { look, ask } = open(() => Promise.resolve([gap(1)]))
  const answers = [...(await Promise.all([ask(), ask(), ask()])), await ask()]
  expect(look).toHaveBeenCalledExactlyOnceWith('coinbase:BTC-USD', '1d')
  const { from, to, places, class: kind } = gap(1)
  for (const { body } of answers)
    expect(body).toEqual({
      market: 'coinbase:BTC-USD',
      interval: '1d',
      gaps: [{ from, to, places, class: kind }],
      more: false,
    })
})

test('two series are looked through one after the other', async () => {
  let [running, most] = [0, 0]
  const { look, ask } = open(async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return []
  })
  await Promise.all([ask('coinbase:BTC-USD'), ask('coinbase:ETH-USD'), ask('coinbase:SOL-USD')])
  expect(look).toHaveBeenCalledTimes(3)
  expect(most).toBe(1)
})

test('of very many the newest are told, and that there are more', async () => {
  const { ask } = open(() => Promise.resolve(Array.from({ length: 10_001 }, (_, day) => gap(day))))
  const { gaps, more } = (await ask()).body as { gaps: { from: string }[]; more: boolean }
  expect({ told: gaps.length, more, first: gaps[0]!.from }).toEqual({
    told: 10_000,
    more: true,
    first: gap(1).from,
  })
})

test('a look that failed stands for nobody else', async () => {
  const { look, ask } = open(() => Promise.resolve([]))
  look.mockRejectedValueOnce(new Error('the database was gone'))
  expect((await ask()).status).toBe(500)
  expect((await ask()).status).toBe(200)
})
