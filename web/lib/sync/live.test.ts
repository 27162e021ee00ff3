import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parseMarketId } from '../../../core/market.ts'
import { openLive, type LiveHandlers } from './live.ts'
import { TestStream } from './test-live.ts'

const market = parseMarketId('coinbase:BTC-USD').id
const PRICE = { market, price: '1', as_of: '2024-03-01T00:00:00Z' }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(): { stream: TestStream; handlers: Record<keyof LiveHandlers, ReturnType<typeof vi.fn>> } {
  const handlers = { opened: vi.fn(), price: vi.fn(), candle: vi.fn(), revision: vi.fn(), lost: vi.fn() }
  const stream = new TestStream('')
  openLive(() => stream, 1000, handlers)
  return { stream, handlers }
}

it('a stream that stays silent is taken for dead', () => {
  const { stream, handlers } = open()
  vi.advanceTimersByTime(900)
  stream.say('price', PRICE)
  vi.advanceTimersByTime(900)
  expect(handlers.lost).not.toHaveBeenCalled()
  vi.advanceTimersByTime(200)
  expect(handlers.lost).toHaveBeenCalledOnce()
  expect(stream.closed).toBe(true)
})

it('a heartbeat keeps a stream that has nothing else to say', () => {
  const { stream, handlers } = open()
  for (let beat = 0; beat < 5; beat++) {
    vi.advanceTimersByTime(900)
    stream.say('heartbeat', {})
  }
  expect(handlers.lost).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1000)
  expect(handlers.lost).toHaveBeenCalledOnce()
})

it('a server that stops ends the stream at once', () => {
  const { stream, handlers } = open()
  stream.say('bye')
  expect(handlers.lost).toHaveBeenCalledOnce()
})

it('an event that cannot be read ends the stream instead of going unnoticed', () => {
  const { stream, handlers } = open()
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const candle = ['2024-03-01T00:00:00Z', '1', '0.5', '1', '1', null] as const
  stream.say('candle', { market, interval: '1m', candle, revision: 3 })
  expect(handlers.candle).not.toHaveBeenCalled()
  expect(handlers.lost).toHaveBeenCalledOnce()
  expect(told).toHaveBeenCalledOnce()
  told.mockRestore()
})
