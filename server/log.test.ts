import { expect, test } from 'vitest'
import { readable } from './log.ts'

test('a line for a person is one line, and what a source says in it commands no terminal', () => {
  const record = {
    level: 40,
    time: 0,
    msg: 'coinbase: "\u001b[2J\nnext"',
    market: 'x\u202e',
    err: { message: 'why' },
  }
  expect(readable(JSON.stringify(record))).toBe('00:00:00 warn  coinbase: "�[2J�next": why (market=x�)\n')
})
