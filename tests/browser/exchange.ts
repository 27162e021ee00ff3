/** The simulated exchange as the one source of a stage, behind the client that all calls to a real one go through. */
import { pino } from 'pino'
import { systemClock } from '../../server/clock.ts'
import { coinbase } from '../../server/providers/coinbase.ts'
import { ExchangeProvider } from '../../server/providers/exchange.ts'
import type { Sources } from '../../server/sources.ts'
import { startSimulator } from '../../simulator/start.ts'

export async function openExchange(): Promise<AsyncDisposable & { readonly sources: Sources }> {
  const simulator = await startSimulator([])
  const provider = new ExchangeProvider(coinbase, {
    baseUrl: simulator.url,
    feedUrl: simulator.socketUrl,
    requestsPerSecond: 50,
    keepRaw: () => undefined,
    clock: systemClock,
    log: pino({ level: 'silent' }),
  })
  return {
    sources: {
      list: [provider],
      searchable: ['coinbase'],
      need: async () => provider,
      close: async () => {},
    },
    [Symbol.asyncDispose]: () => simulator.stop(),
  }
}
