import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir, type NetworkInterfaceInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { readConfig } from '../config.ts'
import { makeAuthority, makeCertificate } from '../phones/authority.ts'
import { keep } from '../phones/keep.ts'
import { namesOf } from '../phones/machine.ts'
import { checkHttps } from './https.ts'

const NOW_MS = Date.UTC(2026, 5, 1)

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crypto-tracker-doctor-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const machine = (...addresses: string[]) => ({
  hostname: 'pi',
  interfaces: { eth0: addresses.map((address) => ({ address, internal: false }) as NetworkInterfaceInfo) },
})
const check = (env: Record<string, string> = {}, at = machine('192.168.1.5'), nowMs = NOW_MS) =>
  checkHttps(readConfig({ DATA_DIR: dataDir, ...env }), nowMs, at)

test('without https it says what that means, and which command brings it', async () => {
  expect(await check()).toMatchObject({ status: 'ok', finding: 'plain http, for this machine alone' })
  expect(await check({ HOST: '0.0.0.0' })).toMatchObject({
    status: 'warning',
    todo: expect.stringContaining('crypto-tracker phone'),
  })
})

describe('of the phones’ certificate', () => {
  beforeEach(() => keep(dataDir, { port: 8443, names: [] }, namesOf(machine('192.168.1.5')), NOW_MS))

  test('it tells names and end, and that all addresses are in it', async () => {
    expect(await check()).toMatchObject({
      status: 'ok',
      finding:
        'the certificate for phones is for pi.local, pi, localhost, 192.168.1.5, valid until 2027-07-02, its authority until 2036-05-31; all addresses of this machine are in it',
    })
  })

  test('an address that is not in it, one that its authority may not sign for, and an end', async () => {
    expect(await check({}, machine('192.168.1.5', '10.0.0.9'))).toMatchObject({
      status: 'warning',
      finding: expect.stringContaining('10.0.0.9 is not in it'),
      todo: expect.stringContaining('start the server'),
    })
    expect(await check({}, machine('192.168.1.5', '203.0.113.4'))).toMatchObject({
      status: 'warning',
      finding: expect.stringContaining('may not sign for 203.0.113.4'),
    })
    expect(await check({}, undefined, NOW_MS + 397 * DAY_MS)).toMatchObject({ status: 'fault' })
    expect(await check({}, undefined, NOW_MS + 3_653 * DAY_MS)).toMatchObject({
      status: 'fault',
      todo: expect.stringContaining('--new'),
    })
  })

  test('a spoilt file is a fault by its name', async () => {
    await writeFile(join(dataDir, 'https', 'authority.pem'), 'spoilt')
    expect(await check()).toMatchObject({
      status: 'fault',
      finding: expect.stringContaining('authority.pem: there is no certificate in it'),
    })
  })
})

test('TLS_CERT that is not for the name of PUBLIC_URL is a fault', async () => {
  const names = { hosts: ['pi.local'], addresses: ['192.168.1.5'] }
  const pair = await makeCertificate(await makeAuthority(names, NOW_MS), names, NOW_MS)
  const [TLS_CERT, TLS_KEY] = [join(dataDir, 'cert.pem'), join(dataDir, 'key.pem')]
  await writeFile(TLS_CERT, pair.cert)
  await writeFile(TLS_KEY, pair.key)
  const at = (PUBLIC_URL: string) => check({ TLS_CERT, TLS_KEY, PUBLIC_URL })
  expect(await at('https://pi.local:8000')).toMatchObject({
    status: 'ok',
    finding: expect.stringContaining('is for pi.local, 192.168.1.5, valid until 2027-07-02'),
  })
  expect(await at('https://192.168.1.5:8000')).toMatchObject({ status: 'ok' })
  expect(await at('https://prices.example.org')).toMatchObject({
    status: 'fault',
    finding: expect.stringContaining('not for prices.example.org'),
  })
})
