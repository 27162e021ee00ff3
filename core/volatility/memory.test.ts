/** What is given back is used again, and not kept without end. */
import { expect, it } from 'vitest'
import { Memory } from './memory.ts'

it('gives out again what came back, for a series that has grown a little, too', () => {
  const memory = new Memory()
  const column = memory.take(1000)
  memory.giveBack(column)
  const next = memory.take(1001)
  expect(next.buffer).toBe(column.buffer)
  expect(next).toHaveLength(1001)
})

it('never gives one column to two at once', () => {
  const memory = new Memory()
  memory.giveBack(memory.take(1000))
  expect(memory.take(1000).buffer).not.toBe(memory.take(1000).buffer)
})

it('lets go of what nobody took for long', () => {
  const memory = new Memory()
  const columns = Array.from({ length: 30 }, () => memory.take(10))
  for (const column of columns) memory.giveBack(column)
  const kept = new Set<ArrayBuffer>(columns.map(({ buffer }) => buffer))
  const again = Array.from({ length: 30 }, () => memory.take(10)).filter(({ buffer }) => kept.has(buffer))
  expect(again).toHaveLength(10)
})
