/** Every screen and state that is kept as a picture, and how it is reached. */
import type { Page } from '@playwright/test'
import { ready } from './browser.ts'
import type { Gallery } from './gallery.ts'

export interface Scene {
  readonly name: string
  open(page: Page, gallery: Gallery): Promise<void>
  /** Puts back what the scene changed. */
  leave?(page: Page): Promise<void>
}

const at = (name: string, path: string): Scene => ({
  name,
  async open(page, { line }) {
    await page.goto(line.url + path)
    await ready(page)
  },
})

export const SCENES: readonly Scene[] = [
  at('markets', '/'),
  at('market', '/m/coinbase:BTC-USD'),
  at('market-tiny', '/m/coinbase:SHIB-USD'),
  at('market-large', '/m/bitstamp:BTC-JPY'),
  at('market-gap', '/m/coinbase:ETH-USD'),
  at('market-two-candles', '/m/binance:NEW-USDT'),
  at('market-ended', '/m/binance:OLD-USDT'),
  at('market-unknown', '/m/coinbase:NONE-USD'),
  at('offline', '/offline'),
]
