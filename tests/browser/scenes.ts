/** Every screen and state that is kept as a picture, and how it is reached. */
import type { Page } from '@playwright/test'
import { ready } from './browser.ts'
import type { Gallery } from './gallery.ts'

export interface Scene {
  readonly name: string
  open(page: Page, gallery: Gallery): Promise<void>
  /** Puts back what the scene changed. */
  leave?(page: Page, gallery: Gallery): Promise<void>
}

const MARKET = '/m/coinbase:BTC-USD'

/** A screen by its address, then what is done on it. */
const at = (name: string, path: string, act?: (page: Page) => Promise<void>): Scene => ({
  name,
  async open(page, { line }) {
    await page.goto(line.url + path)
    await ready(page)
    await act?.(page)
  },
})

/** Without a server. */
const cutOff = (name: string, path: string): Scene => ({
  name,
  async open(page, { line }) {
    await page.goto(line.url + path)
    await ready(page)
    await line.cut()
    await page.reload()
    await ready(page)
    await page
      .getByText(/offline/i)
      .first()
      .waitFor()
  },
  leave: (_page, { line }) => line.mend(),
})

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()

export const SCENES: readonly Scene[] = [
  at('markets', '/'),
  at('markets-order', '/', async (page) => {
    await press('Filter, sort and order')(page)
    await press('Edit order')(page)
  }),
  at('markets-add', '/', press('Add a market')),
  at('market', MARKET),
  at('market-candles', MARKET, async (page) => {
    await page.getByText('3M', { exact: true }).click()
    await page.getByText('Candles', { exact: true }).click()
  }),
  at('market-receipt', MARKET, press('How this volatility was made')),
  at('market-share', MARKET, press('Share')),
  at('market-tiny', '/m/coinbase:SHIB-USD'),
  at('market-large', '/m/bitstamp:BTC-JPY'),
  at('market-long-name', '/m/coinbase:LONG-USD'),
  at('market-gap', '/m/coinbase:ETH-USD', (page) => page.getByText('7d', { exact: true }).click()),
  at('market-two-candles', '/m/binance:NEW-USDT'),
  at('market-ended', '/m/binance:OLD-USDT'),
  at('market-stale', '/m/coinbase:LATE-USD'),
  at('market-unknown', '/m/coinbase:NONE-USD'),
  at('offline', '/offline'),
  at('settings', '/settings'),
  at('sign-in', '/admin'),
  cutOff('markets-cut-off', '/'),
  cutOff('market-cut-off', MARKET),
  cutOff('offline-cut-off', '/offline'),
]
