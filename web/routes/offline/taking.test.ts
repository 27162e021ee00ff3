import { expect, test } from 'vitest'
import { Taking } from './taking.svelte.ts'

const file = (name: string) => new File([], name)

test('files that come while one is taken in wait for their turn, and each is told, those of the same words too', async () => {
  const answers: (() => void)[] = []
  const begun: string[] = []
  const taking = new Taking(async ({ name }, progress) => {
    begun.push(name)
    progress(0.5)
    await new Promise<void>((resolve) => answers.push(resolve))
    return { text: 'not taken', isRefused: true }
  })
  const done = taking.add([file('a'), file('b')])
  await taking.add([file('c')])
  for (const expected of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    expect(begun).toEqual(expected)
    expect(taking.share).toBe(0.5)
    answers.shift()!()
    await new Promise((resolve) => setTimeout(resolve))
  }
  await done
  expect(taking.share).toBeNull()
  expect(taking.told.map(({ text }) => text)).toEqual(['not taken', 'not taken', 'not taken'])
  void taking.add([])
  expect(taking.told).toEqual([])
})
