/**
 * A phone of a home, from the code on the terminal to the installed app: the page over plain http, the authority taken into
 * the browser's own store, https at this machine's own address. No fault of a certificate is ignored anywhere.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesOf, thisMachine } from '../../server/phones/machine.ts'
import { runCli } from '../api/cli.ts'
import { launchApp, temporaryFolder, until } from '../journey/processes.ts'
import { findCertutil } from '../run/certutil.mjs'
import { controlled, examine, openBrowser, openSynced, ready } from './browser.ts'
import { freePort, openStage, type Stage } from './stage.ts'

const MARKET = 'coinbase:BTC-USD'
const certutil = findCertutil()
const [address] = namesOf(thisMachine()).addresses
const reason = !certutil
  ? ' (needs certutil: apt-get install -y libnss3-tools)'
  : address === undefined
    ? ' (needs an address of this machine beside loopback)'
    : ''

describe.skipIf(reason !== '')(`https for the phones of a home${reason}`, () => {
  let stage: Stage
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'crypto-tracker-home-'))
    stage = await openStage({ MARKETS: MARKET, COINBASE_RPS: '400', SAMPLE_SECONDS: '5' })
  })
  afterAll(async () => {
    await stage.close()
    await rm(home, { recursive: true, force: true })
  })

  test('Chromium trusts the authority once told, installs the app at this machine’s own address and opens it offline', async () => {
    const store = join(home, '.pki', 'nssdb')
    await mkdir(store, { recursive: true })
    execFileSync(certutil!, ['-d', `sql:${store}`, '-N', '--empty-password'])

    const { stdout, code } = await runCli(['phone', '--port', String(await freePort())], stage.folder)
    expect(code).toBe(0)
    const guide = /http:\/\/\S+\/phone/.exec(stdout)![0]
    const [app] = /https:\/\/\S+/.exec(stdout)!
    expect(new URL(app).hostname.replace(/^\[|\]$/g, '')).toBe(address)

    await using browser = await openBrowser('pixel', { home })
    let page = await browser.context.newPage()
    await page.goto(guide)
    await page.getByText('Not trusted yet').waitFor()
    expect(await examine(page)).toEqual([])
    const stranger = await browser.context.newPage()
    await expect(stranger.goto(app)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
    await stranger.close()

    // As the phone's settings do it: the file that the page gives, into the system's store.
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download the certificate' }).click()
    const file = join(home, 'crypto-tracker.crt')
    await (await downloading).saveAs(file)
    execFileSync(certutil!, ['-d', `sql:${store}`, '-A', '-t', 'C,,', '-n', 'Crypto Tracker', '-i', file])

    page = await (await browser.restart({ offline: false })).newPage()
    await page.goto(guide)
    await page.getByText('This device trusts it.').waitFor()
    expect(await examine(page)).toEqual([])
    await page.getByRole('link', { name: 'Open Crypto Tracker' }).click()
    await page.waitForURL(`${app}/**`)
    await page.close()
    page = await openSynced(browser.context, app)
    await controlled(page)
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true)
    const session = await browser.context.newCDPSession(page)
    expect((await session.send('Page.getAppManifest')).errors).toEqual([])
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    )
    const price = await priceOf(page)

    await stage.killServer()
    page = await (await browser.restart({ offline: true })).newPage()
    await page.goto(`${app}/m/${MARKET}`)
    await ready(page)
    expect(await page.getAttribute('html', 'data-online')).not.toBe('true')
    expect(await priceOf(page)).toMatch(/^\d+(\.\d+)?$/)
    expect(price).toMatch(/^\d+(\.\d+)?$/)
  })
})

test('without a running server the command starts one, which serves until it is told to stop', async () => {
  await using folder = await temporaryFolder()
  const port = String(await freePort())
  const app = launchApp(['server/cli/bin.mjs', 'phone', '--port', port], folder.path, {
    COINBASE_URL: 'http://127.0.0.1:9',
    LOG_LEVEL: 'fatal',
  })
  try {
    await app.address
    const page = await (await fetch(`http://127.0.0.1:${port}/phone`)).text()
    const [fingerprint] = await until('the fingerprint on the terminal', 10_000, async () =>
      /(?<=SHA-256: +)[0-9A-F:]{95}/.exec(app.printed()),
    )
    expect(page.replaceAll(/<\/?span>/g, '')).toContain(fingerprint)
  } finally {
    expect(await app.stop()).toBe(0)
  }
})

const priceOf = (page: Page): Promise<string> =>
  until('a price', 30_000, async () =>
    page.locator(`[data-price][data-market="${MARKET}"]`).first().getAttribute('data-value'),
  )
