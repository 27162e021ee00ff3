import { beforeEach, expect, it, vi } from 'vitest'
import type { MarketId } from '../../../../core/market.ts'
import { DAY_MS, HOUR_MS } from '../../../../core/time/interval.ts'
import { BAR_ESTIMATORS } from '../../../../core/volatility/types.ts'
import { TestArchive } from '../../../lib/sync/test-archive.ts'
import { testDevice } from '../../../lib/sync/test-device.ts'
import type { SigmaRequest } from '../../../worker/api.ts'
import { Compute } from '../../../worker/compute.ts'
import { SigmaHere } from './sigma-here.ts'

const NOW = Date.UTC(2024, 2, 14, 10)

let market: MarketId
let compute: Compute
let request: SigmaRequest

beforeEach(async () => {
  const archive = new TestArchive(NOW)
  market = archive.addMarket('coinbase:BTC-USD')
  archive.fill(market, '1h', Date.UTC(2023, 0, 1), NOW)
  await archive.seal(market, '1h', '2023')
  const device = await testDevice(archive)
  await device.round()
  compute = new Compute(device.store)
  const fromMs = NOW - 365 * DAY_MS
  request = { market, interval: '1h', estimator: 'close', window: 30, mean: 'sample', fromMs, toMs: NOW }
})

const ask = () => vi.fn<Compute['columns']>((...asked) => compute.columns(...asked))

it('any window and estimator of bars is what the worker answers, to the last bit', async () => {
  const columns = ask()
  const here = new SigmaHere(columns)
  expect(here.answer(request)).toBeNull()
  await here.prepare(request)
  for (const estimator of BAR_ESTIMATORS)
    for (const window of [7, 30, 365]) {
      const asked = { ...request, estimator, window }
      expect(here.answer(asked)).toEqual(await compute.sigma(asked))
    }
  expect(columns).toHaveBeenCalledOnce()
})

it('what it has no bars of it leaves to the worker', async () => {
  const columns = ask()
  const here = new SigmaHere(columns)
  await here.prepare({ ...request, interval: '1m' })
  expect(columns).not.toHaveBeenCalled()
  await here.prepare(request)
  expect(here.answer({ ...request, interval: '1d' })).toBeNull()
  expect(here.answer({ ...request, market: 'coinbase:ETH-USD' as MarketId })).toBeNull()
  expect(here.answer({ ...request, estimator: 'realized' })).toBeNull()
  here.forget()
  expect(here.answer(request)).toBeNull()
})

it('bars that come after they were made void are not taken', async () => {
  const here = new SigmaHere(ask())
  const preparing = here.prepare(request)
  here.forget()
  await preparing
  expect(here.answer(request)).toBeNull()
})

it('after a failure the next call tries again', async () => {
  const columns = ask().mockRejectedValueOnce(new Error('no room'))
  const here = new SigmaHere(columns)
  await expect(here.prepare({ ...request, toMs: NOW - HOUR_MS })).rejects.toThrow('no room')
  await here.prepare(request)
  expect(here.answer(request)).toEqual(await compute.sigma(request))
})
