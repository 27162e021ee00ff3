import { afterEach, expect, test } from 'vitest'
import { startSimulator, type RunningSimulator } from './start.ts'

let running: RunningSimulator | null = null

async function start(...flags: string[]): Promise<string> {
  running = await startSimulator(flags)
  return running.url
}

afterEach(async () => {
  await running?.stop()
  running = null
})

test('answers 429 beyond its limit in any second and tells how many asked', async () => {
  const url = await start('--rps', '5')
  const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${url}/time`)))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(3)
  expect(await refused[0]!.json()).toEqual({ message: 'Public rate limit exceeded' })
  expect(await (await fetch(`${url}/simulator/stats`)).json()).toEqual({
    requests: 8,
    refused: 3,
    mostInOneSecond: 8,
  })
})

test('its clock starts where it is told', async () => {
  const url = await start('--now', '2026-03-01T12:00:00Z')
  const { iso } = (await (await fetch(`${url}/time`)).json()) as { iso: string }
  expect(iso.slice(0, 14)).toBe('2026-03-01T12:')
})

test('has only as many days of history as it is told', async () => {
  const url = await start('--now', '2026-03-04T12:34:00Z', '--history-days', '3')
  const days = (await (await fetch(`${url}/products/BTC-USD/candles?granularity=86400`)).json()) as number[][]
  expect(days.map((day) => new Date(day[0]! * 1000).getUTCDate())).toEqual([4, 3, 2, 1])
  const query = 'granularity=3600&start=2026-03-01T00:00:00Z&end=2026-03-02T00:00:00Z'
  const hours = (await (await fetch(`${url}/products/BTC-USD/candles?${query}`)).json()) as number[][]
  expect(new Date(hours.at(-1)![0]! * 1000).toISOString()).toBe('2026-03-01T12:00:00.000Z')
})

test.each([
  [['--rps', 'many'], /--rps many: give a whole number from 1/],
  [['--now', 'noon'], /--now noon: give an ISO 8601 time/],
  [['--colour'], /Unknown option '--colour'/],
])('refuses %j with the reason and its usage', async (flags, reason) => {
  await expect(startSimulator(flags)).rejects.toThrow(reason)
  await expect(startSimulator(flags)).rejects.toThrow(/ended with code 2.*--history-days N/s)
})
