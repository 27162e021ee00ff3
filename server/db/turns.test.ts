import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

/** Works that note their name when they run, behind one that holds the connection until it is let go. */
function held() {
  const turns = new Turns()
  const ran: string[] = []
  const { promise: released, resolve: release } = Promise.withResolvers<null>()
  void turns.inTurn(() => released)
  const note = (name: string) => async () => void ran.push(name)
  return { turns, ran, note, release: () => release(null) }
}

test('a read that comes later goes before the writes that wait', async () => {
  const { turns, ran, note, release } = held()
  const all = [turns.inTurn(note('write 1')), turns.inTurn(note('write 2')), turns.first(note('read'))]
  release()
  await Promise.all(all)
  expect(ran).toEqual(['read', 'write 1', 'write 2'])
})

test('one write has its turn after eight reads in a row, so that it does not wait for ever', async () => {
  const { turns, ran, note, release } = held()
  const reads = Array.from({ length: 20 }, (_, i) => turns.first(note(`read ${i}`)))
  const write = turns.inTurn(note('write'))
  release()
  await Promise.all([...reads, write])
  expect(ran.indexOf('write')).toBe(8)
  expect(ran).toHaveLength(21)
})

test('two works never run at once, and one that fails takes only itself away', async () => {
  const turns = new Turns()
  let running = 0
  const work = async (fails: boolean) => {
    expect(++running).toBe(1)
    await new Promise(setImmediate)
    running--
    if (fails) throw new Error('failed')
    return 'done'
  }
  const results = await Promise.allSettled([
    turns.inTurn(() => work(false)),
    turns.first(() => work(true)),
    turns.inTurn(() => work(false)),
  ])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})
