import { expect, test } from 'vitest'
import { shared } from './memo.ts'

test('those who ask at the same moment share one computation', async () => {
  let computed = 0
  const gate = Promise.withResolvers<undefined>()
  const ask = shared(async () => {
    await gate.promise
    return ++computed
  }, 0)
  const answers = [ask(), ask()]
  gate.resolve(undefined)
  expect(await Promise.all(answers)).toEqual([1, 1])
  expect(await ask()).toBe(2)
})

test('the result serves for the time given', async () => {
  let computed = 0
  const ask = shared(async () => ++computed, 60_000)
  expect([await ask(), await ask()]).toEqual([1, 1])
})

test('a failure is not kept', async () => {
  let computed = 0
  const ask = shared(async () => {
    if (++computed === 1) throw new Error('no')
    return computed
  }, 60_000)
  await expect(ask()).rejects.toThrow('no')
  expect(await ask()).toBe(2)
})
