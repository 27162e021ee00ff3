import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { GivenRule } from './faults.ts'
import { startSimulator, type RunningSimulator } from './start.ts'

/** A busy machine may take longer than the second that is the default. */
const SOON = { timeout: 30_000 }

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
    faults: {},
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
  [['--fault-rate', '2'], /--fault-rate 2, --fault-kinds all: .*<=1/],
  [['--fault-rate', '1', '--fault-kinds', 'plague'], /--fault-kinds plague: .*"reset"/],
  [['--colour'], /Unknown option '--colour'/],
])('refuses %j with the reason and its usage', async (flags, reason) => {
  await expect(startSimulator(flags)).rejects.toThrow(reason)
  await expect(startSimulator(flags)).rejects.toThrow(/ended with code 2.*--history-days N/s)
})

test.each(['simulator/main.ts', 'simulator/coingecko-main.ts'])(
  '%s --help prints the usage',
  async (file) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file, '--help'])
    expect(stdout).toMatch(/^simulated .*--port N .*--with-parent/s)
    expect(stderr).toBe('')
  },
)

/** Gives the running simulator these faults. */
async function misbehave(url: string, ...rules: GivenRule[]): Promise<Response> {
  return fetch(`${url}/simulator/faults`, { method: 'POST', body: JSON.stringify({ rules }) })
}

test('gives faults on demand, as many as wanted, and counts them', async () => {
  const url = await start()
  await misbehave(url, { kinds: ['server-error'], count: 1, path: '/products/BTC' }, { kinds: ['html'] })
  const { status } = await fetch(`${url}/products/BTC-USD/ticker`)
  expect(status).toBeGreaterThanOrEqual(500)
  expect(await (await fetch(`${url}/products/BTC-USD/ticker`)).text()).toContain('<html>')
  await fetch(`${url}/simulator/faults`, { method: 'DELETE' })
  expect((await fetch(`${url}/products/BTC-USD/ticker`)).headers.get('content-type')).toContain('json')
  expect(await (await fetch(`${url}/simulator/stats`)).json()).toMatchObject({
    faults: { 'server-error': 1, html: 1 },
  })
})

test.each([
  ['{"rules":[{"rate":7}]}', /rules\[0\]\.rate/],
  ['{"rules":[{"kind":"reset"}]}', /Unrecognized key: "kind"/],
  ['{', /JSON/],
])('refuses the rules %s with the reason', async (body, reason) => {
  const url = await start()
  const answer = await fetch(`${url}/simulator/faults`, { method: 'POST', body })
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { message: string }).message).toMatch(reason)
})

/** A client of the socket and the messages that it was sent. */
async function connect(url: string) {
  const socket = new WebSocket(url.replace('http:', 'ws:'))
  const messages: Record<string, unknown>[] = []
  socket.on('message', (data) => messages.push(JSON.parse(String(data)) as Record<string, unknown>))
  await once(socket, 'open')
  const say = (message: object) => socket.send(JSON.stringify(message))
  const of = (type: string) => messages.filter((message) => message['type'] === type)
  return { socket, say, of }
}

test('its socket tells tickers and heartbeats of the products that were subscribed', async () => {
  const { socket, say, of } = await connect(await start())
  say({ type: 'subscribe', product_ids: ['BTC-USD', 'SHIB-USD'], channels: ['ticker', 'heartbeat'] })
  await vi.waitFor(() => expect(of('heartbeat').length).toBeGreaterThan(2), { timeout: 10_000 })
  expect(of('subscriptions')[0]).toEqual({
    type: 'subscriptions',
    channels: ['ticker', 'heartbeat'].map((name) => ({
      name,
      product_ids: ['BTC-USD', 'SHIB-USD'],
      account_ids: null,
    })),
  })
  expect(new Set(of('ticker').map((ticker) => ticker['product_id']))).toEqual(
    new Set(['BTC-USD', 'SHIB-USD']),
  )
  expect(of('ticker')[0]!['price']).toMatch(/^\d+(\.\d+)?$/)
  say({ type: 'unsubscribe', product_ids: ['BTC-USD'], channels: ['ticker', 'heartbeat'] })
  await vi.waitFor(() => expect(of('subscriptions')).toHaveLength(2), SOON)
  expect(JSON.stringify(of('subscriptions')[1])).not.toContain('BTC-USD')
  socket.close()
})

test.each([
  [{ type: 'subscribe', product_ids: ['NO-USD'], channels: ['ticker'] }, 'NO-USD is not a valid product'],
  [{ type: 'subscribe', product_ids: ['BTC-USD'], channels: ['rumours'] }, 'rumours is not a valid channel'],
  [{ type: 'shout' }, 'Type has to be either subscribe or unsubscribe'],
])('its socket answers %j with an error', async (message, reason) => {
  const { socket, say, of } = await connect(await start())
  say(message)
  await vi.waitFor(() => expect(of('error')).toEqual([expect.objectContaining({ reason })]), SOON)
  socket.close()
})
