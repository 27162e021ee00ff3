import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Finder } from './finder.svelte.ts'

const asked: string[] = []
const waiting = new Map<string, (response: Response) => void>()
const nothing = { markets: [], sources: [], left_off: 0 }

beforeEach(() => {
  vi.useFakeTimers()
  asked.length = 0
  waiting.clear()
  vi.stubGlobal('fetch', (url: string) => {
    if (url.endsWith('/admin/sources')) return Promise.resolve(Response.json({ sources: ['fast', 'slow'] }))
    const { searchParams: query } = new URL(url, 'http://localhost')
    const question = `${query.get('source')}: ${query.get('text')}`
    asked.push(question)
    return new Promise<Response>((resolve) => waiting.set(question, resolve))
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function answer(question: string, response: Response): Promise<void> {
  waiting.get(question)!(response)
  await vi.advanceTimersByTimeAsync(0)
  // Words of refusals are loaded with the first one.
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(0)
}

it('asks each source for itself and never twice at once: the newest words come when the older ones are answered', async () => {
  const finder = new Finder()
  finder.look('b')
  finder.look('bt')
  await vi.advanceTimersByTimeAsync(300)
  expect(asked).toEqual(['fast: bt', 'slow: bt'])
  finder.look('btc')
  await vi.advanceTimersByTimeAsync(300)
  expect(asked).toHaveLength(2)
  await answer('fast: bt', Response.json(nothing))
  expect(asked).toEqual(['fast: bt', 'slow: bt', 'fast: btc'])
  await answer('fast: btc', Response.json(nothing))
  expect(finder.searches.map(({ answered }) => answered)).toEqual(['btc', null])
  expect(finder.isAsking).toBe(true)
})

it('says in a source’s own words why it gave nothing, and what can be read of the others stands', async () => {
  const finder = new Finder()
  finder.look('btc')
  await vi.advanceTimersByTimeAsync(300)
  await answer('slow: btc', Response.json({ detail: 'slow: no answer within 10 s' }, { status: 503 }))
  await answer('fast: btc', Response.json(nothing))
  expect(finder.searches).toMatchObject([
    { source: 'fast', trouble: null, answer: { markets: [] } },
    { source: 'slow', trouble: { text: 'slow: no answer within 10 s', lang: 'en' }, answer: null },
  ])
  expect(finder.isAsking).toBe(false)
})

it('asks nothing for an emptied field', async () => {
  const finder = new Finder()
  finder.look('btc')
  finder.look('  ')
  await vi.advanceTimersByTimeAsync(300)
  expect(asked).toEqual([])
})
