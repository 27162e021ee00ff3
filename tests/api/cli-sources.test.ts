/** The command line reads sources itself while no server runs: what is ordered without one is done, not only noted. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS, floorTo } from '../../core/time/interval.ts'
import { isoSeconds } from '../../core/time/iso.ts'
import { startSimulator, type RunningSimulator } from '../../simulator/start.ts'
import { runCli } from './cli.ts'

const MARKET = 'coinbase:BTC-USD'
const endMs = floorTo('1h', Date.now())
const sinceMs = endMs - 2 * HOUR_MS

describe('without a server', { timeout: 60_000 }, () => {
  let simulator: RunningSimulator
  let folder: string
  const cli = (...args: string[]) =>
    runCli(args, folder, { COINBASE_URL: simulator.url, MARKETS: MARKET, COINBASE_RPS: '200' })
  beforeAll(async () => {
    const since = new Date(sinceMs - 24 * HOUR_MS).toISOString()
    simulator = await startSimulator(['--since', since, '--rps', '200'])
    folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-cli-sources-'))
  })
  afterAll(async () => {
    await simulator.stop()
    await rm(folder, { recursive: true, force: true })
  })

  test('a time before the history of the source is refused, with what is possible', async () => {
    const run = await cli('markets', 'add', MARKET, '--since', '2009-01-03')
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('from 2015-01-01T00:00:00Z on') })
  })

  test('a market is added, its history is read to the end, and its candles are there', async () => {
    const added = await cli('markets', 'add', MARKET, '--since', isoSeconds(sinceMs))
    expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('from the next start') })
    const read = await cli('backfill', '--market', MARKET, '--since', isoSeconds(sinceMs), '--wait')
    expect(read).toMatchObject({ code: 0, stderr: '' })
    const span = ['--from', isoSeconds(sinceMs), '--to', isoSeconds(endMs)]
    const { stdout } = await cli('export', '--market', MARKET, '--interval', '1h', ...span)
    expect(stdout.trim().split('\n')).toHaveLength(3)
  })

  test('its last day is marked as to be read again, and it is paused', async () => {
    const pulled = await cli('markets', 'pull', MARKET)
    expect(pulled).toMatchObject({ code: 0, stderr: expect.stringContaining('from the next start') })
    const paused = await cli('markets', 'pause', MARKET)
    expect(paused).toMatchObject({ code: 0, stderr: expect.stringContaining(`markets add ${MARKET}`) })
    const listed = JSON.parse((await cli('markets', 'list')).stdout) as { market: string; status: string }[]
    expect(listed.map(({ market, status }) => [market, status])).toEqual([[MARKET, 'paused']])
  })
})
