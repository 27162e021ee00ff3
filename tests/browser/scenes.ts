/** Every screen and state that is kept as a picture, and how it is reached. */
import type { Locator, Page } from '@playwright/test'
import { HOUR_MS } from '../../core/time/interval.ts'
import { controlled, ready } from './browser.ts'
import { GALLERY_NOW_MS, type Gallery } from './gallery.ts'
import { asNewerApp } from './line.ts'

export interface Scene {
  readonly name: string
  /** In a browser that was never here. */
  readonly isFresh?: true
  /** It shows what was made in the theme it was opened in. */
  readonly isOfTheme?: true
  open(page: Page, gallery: Gallery): Promise<void>
  /** What of the page is pictured, where it is not what one sees of it. */
  part?(page: Page): Locator
  /** Puts back what the scene changed beside choices, which begin anew with each. */
  leave?(page: Page, gallery: Gallery): Promise<void>
}

type Act = (page: Page) => Promise<void>

const MARKET = '/m/coinbase:BTC-USD'

/** A screen by its address, then what is done on it. */
const at = (name: string, path: string, act?: Act): Scene => ({
  name,
  async open(page, { line }) {
    await page.goto(line.url + path)
    await ready(page)
    await act?.(page)
  },
})

/** As somebody sees it who has chosen so. */
const chosen = (name: string, path: string, choices: object, act?: Act): Scene => ({
  name,
  async open(page, gallery) {
    await keep(page, gallery, 'preferences', choices)
    await at(name, path, act).open(page, gallery)
  },
})

/** One of the panels below the price, wherever it stands. */
const panel = (name: string, title: string): Scene => {
  const region = (page: Page) => page.getByRole('region', { name: title, exact: true })
  return {
    ...at(name, MARKET, async (page) => {
      await region(page).scrollIntoViewIfNeeded()
      await region(page)
        .getByRole('button', { name: /How this (cone )?was made/ })
        .waitFor()
      // It lies over the page wherever that is scrolled to.
      await page.evaluate(() => {
        for (const bar of document.querySelectorAll<HTMLElement>('.fixed')) bar.style.visibility = 'hidden'
      })
    }),
    part: region,
  }
}

/** Without a server. */
const cutOff = (name: string, path: string): Scene => ({
  name,
  async open(page, { line }) {
    await page.goto(line.url + path)
    await ready(page)
    await controlled(page)
    await line.cut()
    await page.reload()
    await ready(page)
    await page
      .getByText(/offline/i)
      .first()
      .waitFor()
    if (path === '/offline') await measured(page)
  },
  leave: (_page, { line }) => line.mend(),
})

const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click()

/** The sizes of what is kept come a moment later than the rest. */
const measured: Act = (page) =>
  page
    .getByText(/\d [KM]B/)
    .first()
    .waitFor()

/** The band round σ comes a moment after the line. */
const banded: Act = (page) => page.getByText(/95 %:/).first().waitFor()

const after =
  (...acts: readonly Act[]): Act =>
  async (page) => {
    for (const act of acts) await act(page)
  }

async function keep(page: Page, { line }: Gallery, key: string, value: object): Promise<void> {
  await page.goto(`${line.url}/manifest.webmanifest`)
  await page.evaluate(([where, text]) => localStorage.setItem(where!, text!), [key, JSON.stringify(value)])
}

/** Somebody looked at the app so long ago, not for the first time. */
const lookedBefore = (page: Page, gallery: Gallery, agoMs: number) =>
  keep(page, gallery, 'crypto-tracker:visits', {
    lookedMs: GALLERY_NOW_MS - agoMs,
    count: 4,
    usedMs: HOUR_MS,
    away: null,
  })

/** As the changelog might have them; two of them are only counted. */
const NEWS = [
  'Volatility has a confidence band, and says how far to trust it',
  'Markets can be ranked by their volatility over a day, a week or a month',
  'The cone shows how calm or wild each window usually is',
  'Realised volatility from the minutes of each day',
  'σ of several estimators side by side',
  'Charts of a year of minutes open faster',
]

export const SCENES: readonly Scene[] = [
  at('markets', '/'),
  at('markets-order', '/', async (page) => {
    await press('Filter, sort and order')(page)
    await press('Edit order')(page)
  }),
  at('markets-filter', '/', async (page) => {
    await press('Filter, sort and order')(page)
    await page.getByRole('searchbox', { name: 'Filter the list' }).fill('zzz')
    await page.getByText('No market here is like that').waitFor()
  }),
  at('markets-menu', '/', async (page) => {
    const row = page.locator('[data-row="kraken:SOL-EUR"]')
    // Menus come after the first paint.
    await row.getByRole('button', { name: /^More for/ }).waitFor({ state: 'attached' })
    await row.getByRole('link').press('Shift+F10')
    await page.getByRole('menu').waitFor()
  }),
  at('markets-add', '/', press('Add a market')),
  chosen('markets-german', '/', { language: 'de', density: 'compact' }),
  {
    name: 'markets-away',
    async open(page, gallery) {
      await lookedBefore(page, gallery, 26 * HOUR_MS)
      await at('', '/').open(page, gallery)
      await page
        .getByRole('button', { name: /USD .* σ$/ })
        .first()
        .waitFor()
    },
  },
  {
    name: 'markets-install',
    async open(page, gallery) {
      await lookedBefore(page, gallery, HOUR_MS)
      await at('', '/').open(page, gallery)
      await page.evaluate(() =>
        window.dispatchEvent(
          Object.assign(new Event('beforeinstallprompt', { cancelable: true }), { prompt: () => undefined }),
        ),
      )
      await page.getByText('Keep it on this device').scrollIntoViewIfNeeded()
    },
  },
  {
    name: 'markets-update',
    async open(page, gallery) {
      await at('', '/').open(page, gallery)
      await controlled(page)
      gallery.line.fault = asNewerApp(NEWS)
      await page.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one!.update()))
      await page.getByText(NEWS[0]!).waitFor()
    },
    async leave(page, { line }) {
      // Otherwise the version of all other scenes were a newer one again.
      await page.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one?.unregister()))
      await line.mend()
    },
  },
  at('market', MARKET, banded),
  at('market-candles', MARKET, async (page) => {
    await page.getByText('3M', { exact: true }).click()
    await page.getByText('Candles', { exact: true }).click()
    await banded(page)
  }),
  at('market-receipt', MARKET, after(banded, press('How this volatility was made'))),
  at('market-mistakes', MARKET, after(banded, press('What would other tools print?'))),
  at(
    'market-moves',
    MARKET,
    after(banded, (page) => page.getByTitle('Moves in σ of the days before').click()),
  ),
  { ...at('market-share', MARKET, press('Share')), isOfTheme: true },
  {
    ...at('market-arrange', MARKET, press('Arrange panels')),
    // Where the page behind it is scrolled to depends on when its panels came.
    part: (page) => page.getByRole('dialog', { name: 'Arrange panels' }),
  },
  chosen('market-german', MARKET, { language: 'de', range: '3M', look: 'area' }),
  panel('market-drawdown', 'Drawdown'),
  panel('market-distribution', 'Distribution of returns'),
  panel('market-week', 'Hours of the week'),
  panel('market-cone', 'Volatility cone'),
  panel('market-days', 'Inside the days'),
  at('market-tiny', '/m/coinbase:SHIB-USD', banded),
  at('market-large', '/m/bitstamp:BTC-JPY', banded),
  at('market-long-name', '/m/coinbase:LONG-USD'),
  at('market-gap', '/m/coinbase:ETH-USD', (page) => page.getByText('7d', { exact: true }).click()),
  at('market-two-candles', '/m/binance:NEW-USDT'),
  at('market-ended', '/m/binance:OLD-USDT'),
  at('market-stale', '/m/coinbase:LATE-USD'),
  at('market-unknown', '/m/coinbase:NONE-USD'),
  {
    name: 'nowhere',
    async open(page, { line }) {
      await page.goto(`${line.url}/nowhere`)
      await page.getByRole('heading', { name: 'Nothing at this address' }).waitFor()
    },
  },
  at('ranking', '/ranking', (page) => page.locator('[data-sigma]:not([data-value=""])').first().waitFor()),
  at('help', '/help'),
  at('offline', '/offline', measured),
  at('offline-clear', '/offline', async (page) => {
    await measured(page)
    await press('Clear all')(page)
    await page.getByRole('dialog').waitFor()
  }),
  at('settings', '/settings'),
  chosen('settings-german', '/settings', { language: 'de' }),
  at('sign-in', '/admin'),
  {
    name: 'admin',
    async open(page, { line, owner }) {
      await page.goto(`${line.url}/api/v1/owner/sign-in?token=${(await owner.link()).token}`)
      await page.goto(`${line.url}/admin`)
      await page.getByText('ten times its neighbours').waitFor()
    },
    leave: (page) => page.context().clearCookies(),
  },
  {
    name: 'phone',
    // A service worker asks by itself, past what is refused here.
    isFresh: true,
    async open(page, { line }) {
      // Nobody is asked whether there is such an address.
      await page.route('https://**', (route) => route.abort())
      const isPhone = page.viewportSize()!.width < 500
      await page.goto(`${line.url}/phone${isPhone ? '?device=ios' : ''}`)
      await page.getByText('Not trusted yet').waitFor()
    },
  },
  cutOff('markets-cut-off', '/'),
  cutOff('market-cut-off', MARKET),
  cutOff('offline-cut-off', '/offline'),
  {
    name: 'first-without-server',
    isFresh: true,
    async open(page, { line }) {
      line.fault = ({ path }, answer, pass) => (path.startsWith('/api/') ? answer.destroy() : pass())
      await page.goto(line.url)
      await page.getByText('Does the server run?').waitFor()
    },
    leave: (_page, { line }) => line.mend(),
  },
  {
    name: 'first-over-http',
    isFresh: true,
    async open(page, { line }) {
      await page.goto(line.plainUrl)
      await page.getByText(/\d+ markets are on this device/).waitFor()
      await page.locator('[data-sigma]:not([data-value=""])').first().waitFor()
    },
  },
  {
    name: 'without-storage',
    isFresh: true,
    async open(page, { line }) {
      await page.addInitScript(() => {
        IDBFactory.prototype.open = () => {
          throw new DOMException('denied', 'SecurityError')
        }
      })
      await page.goto(line.url)
      await page.getByText('This browser keeps nothing for this page').first().waitFor()
      await page.locator('[data-price]').first().waitFor()
    },
  },
]
