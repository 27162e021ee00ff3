/** Two servers and one data folder, as real processes: the second says why it does not start, and the first is not disturbed. */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchApp, startApp, until, type RunningApp } from '../journey/processes.ts'
import { runCli } from './cli.ts'

/** Nobody listens there: these tests need no source. */
const ENV = { COINBASE_URL: 'http://127.0.0.1:9', MARKETS: 'coinbase:BTC-USD' }
const PROGRAM = ['server/start.mjs', '--no-build'] as const

let folder: string
let first: RunningApp
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-folder-'))
  first = await startApp(PROGRAM, folder, ENV)
})
afterAll(async () => {
  await first.kill()
  await rm(folder, { recursive: true, force: true })
})

test('a second server on the folder ends with code 1, names it and says what to do; the first one and its socket go on', async () => {
  const second = launchApp(PROGRAM, folder, ENV)
  expect(await second.ended).toBe(1)
  expect(second.printed()).toMatch(
    /^Crypto Tracker cannot start: the data folder \S+data is in use by another process: stop that one first .*DATA_DIR to another folder$/m,
  )
  expect((await fetch(`${first.url}/up/databases`)).status).toBe(200)
  expect(await runCli(['markets', 'list'], folder, ENV)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('coinbase:BTC-USD'),
  })
})

test('of several that start at once when the first one is killed, exactly one takes over, its socket too', async () => {
  await first.kill()
  const rivals = [1, 2, 3].map(() => launchApp(PROGRAM, folder, ENV))
  const codes = rivals.map(() => null as number | null)
  rivals.forEach(({ ended }, i) => void ended.then((code) => (codes[i] = code)))
  await until('two of three ended', 60_000, async () =>
    codes.filter((code) => code === 1).length === 2 ? true : null,
  )
  const winner = rivals[codes.indexOf(null)]!
  first = { ...winner, url: await winner.address }
  expect((await fetch(`${first.url}/up/databases`)).status).toBe(200)
  expect((await stat(join(folder, 'data', 'control.sock'))).mode & 0o777).toBe(0o600)
  expect((await runCli(['markets', 'list'], folder, ENV)).code).toBe(0)
})
