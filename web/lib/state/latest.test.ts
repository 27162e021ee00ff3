import { expect, test } from 'vitest'
import { Latest } from './latest.ts'

/** Questions whose answers the test gives. */
function scene() {
  const asked: number[] = []
  const taken: number[] = []
  const failed: unknown[] = []
  const answers: PromiseWithResolvers<number>[] = []
  const latest = new Latest<number, number>({
    ask(question) {
      asked.push(question)
      const answer = Promise.withResolvers<number>()
      answers.push(answer)
      return answer.promise
    },
    take: (answer) => taken.push(answer),
    fail: (error) => failed.push(error),
  })
  const settle = async (how: (answer: PromiseWithResolvers<number>) => void) => {
    how(answers.shift()!)
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { latest, asked, taken, failed, settle }
}

test('the first question is asked at once, and of those that come meanwhile only the last', async () => {
  const { latest, asked, taken, settle } = scene()
  for (const question of [1, 2, 3, 4]) latest.ask(question)
  expect(asked).toEqual([1])
  await settle((answer) => answer.resolve(10))
  expect(asked).toEqual([1, 4])
  await settle((answer) => answer.resolve(40))
  expect(taken).toEqual([10, 40])
  latest.ask(5)
  expect(asked).toEqual([1, 4, 5])
})

test('a question that fails is told, and the next one is asked', async () => {
  const { latest, asked, taken, failed, settle } = scene()
  latest.ask(1)
  latest.ask(2)
  await settle((answer) => answer.reject(new Error('no')))
  expect(failed).toHaveLength(1)
  await settle((answer) => answer.resolve(20))
  expect(asked).toEqual([1, 2])
  expect(taken).toEqual([20])
})
