import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { makeAuthority, makeCertificate, namesIn } from './authority.ts'
import { forget, isTurnedOn, keep, look, readWishes } from './keep.ts'

const NOW_MS = Date.UTC(2026, 5, 1)
const WISHES = { port: 8443, names: [] }
const HOME = { hosts: ['pi.local', 'pi', 'localhost'], addresses: ['192.168.1.5', 'fd12::5'] }

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'crypto-tracker-phones-'))
})
afterEach(() => rm(dataDir, { recursive: true }))

const days = (cert: string) => {
  const { validFrom, validTo } = new X509Certificate(cert)
  return (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS
}

describe('what is made', () => {
  test('is an authority for ten years that signs servers of private networks only, itself no other authority', async () => {
    const { authority } = await keep(dataDir, WISHES, HOME, NOW_MS)
    const own = new X509Certificate(authority.cert)
    expect(own.ca).toBe(true)
    expect(own.verify(own.publicKey)).toBe(true)
    expect(days(authority.cert)).toBeCloseTo(3_653, 0)
    const parsed = new x509.X509Certificate(authority.cert)
    expect(parsed.getExtension(x509.BasicConstraintsExtension)?.pathLength).toBe(0)
    expect(parsed.getExtension(x509.KeyUsagesExtension)?.usages).toBe(
      x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
    )
    expect(parsed.getExtension('2.5.29.30')?.critical).toBe(true)
  })

  test('is a certificate that Apple’s limits allow: names in it, for servers, at most 825 days', async () => {
    const { authority, certificate } = await keep(dataDir, WISHES, HOME, NOW_MS)
    const own = new X509Certificate(certificate.cert)
    expect(own.checkIssued(new X509Certificate(authority.cert))).toBe(true)
    expect(own.verify(new X509Certificate(authority.cert).publicKey)).toBe(true)
    expect(own.ca).toBe(false)
    expect(own.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(days(certificate.cert)).toBeLessThanOrEqual(825)
    expect(namesIn(certificate.cert)).toEqual(HOME)
    expect(own.checkIP('192.168.1.5')).toBe('192.168.1.5')
    expect(own.checkHost('pi.local')).toBe('pi.local')
  })

  test.skipIf(process.platform === 'win32')(
    'lies there for its owner alone, nothing half written beside it',
    async () => {
      await keep(dataDir, WISHES, HOME, NOW_MS)
      const folder = join(dataDir, 'https')
      const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
      expect(await mode(folder)).toBe('700')
      expect(await mode(join(folder, 'authority-key.pem'))).toBe('600')
      expect(await mode(join(folder, 'certificate-key.pem'))).toBe('600')
      expect((await readdir(folder)).sort()).toEqual([
        'authority-key.pem',
        'authority.pem',
        'certificate-key.pem',
        'certificate.pem',
        'wishes.json',
      ])
    },
  )

  test('names that the owner adds come first, and the authority may sign for them', async () => {
    const wishes = { port: 9443, names: ['198.51.100.7', 'tracker.example.org'] }
    const { certificate, refused } = await keep(dataDir, wishes, HOME, NOW_MS)
    expect(refused).toEqual([])
    expect(namesIn(certificate.cert)).toEqual({
      hosts: ['tracker.example.org', ...HOME.hosts],
      addresses: ['198.51.100.7', ...HOME.addresses],
    })
    expect(await readWishes(dataDir)).toEqual(wishes)
  })
})

describe('the certificate', () => {
  test('stays while nothing changes', async () => {
    const first = await keep(dataDir, WISHES, HOME, NOW_MS)
    const second = await keep(dataDir, WISHES, HOME, NOW_MS + 300 * DAY_MS)
    expect([first.madeAuthority, first.madeCertificate]).toEqual([true, true])
    expect([second.madeAuthority, second.madeCertificate]).toEqual([false, false])
    expect(second.certificate).toEqual(first.certificate)
  })

  test('is made anew two months before its end, and where the machine has another address, by the same authority', async () => {
    const first = await keep(dataDir, WISHES, HOME, NOW_MS)
    const later = await keep(dataDir, WISHES, HOME, NOW_MS + 340 * DAY_MS)
    expect([later.madeAuthority, later.madeCertificate]).toEqual([false, true])
    expect(later.authority).toEqual(first.authority)
    expect(Date.parse(new X509Certificate(later.certificate.cert).validTo)).toBeGreaterThan(
      NOW_MS + 700 * DAY_MS,
    )
    const moved = { ...HOME, addresses: ['10.1.2.3'] }
    const after = await keep(dataDir, WISHES, moved, NOW_MS + 341 * DAY_MS)
    expect([after.madeAuthority, after.madeCertificate]).toEqual([false, true])
    expect(namesIn(after.certificate.cert)).toEqual(moved)
  })

  test('does not outlive its authority, nor is made again and again at the end of that', async () => {
    const endMs = NOW_MS + 3_652 * DAY_MS
    await keep(dataDir, WISHES, HOME, NOW_MS)
    const late = await keep(dataDir, WISHES, HOME, endMs - 30 * DAY_MS)
    expect(Date.parse(new X509Certificate(late.certificate.cert).validTo)).toBe(endMs)
    expect((await keep(dataDir, WISHES, HOME, endMs - 29 * DAY_MS)).madeCertificate).toBe(false)
  })

  test('leaves out what the authority may not sign for, and says so; another authority may', async () => {
    await keep(dataDir, WISHES, HOME, NOW_MS)
    const moved = { hosts: ['other.local', 'other', 'localhost'], addresses: ['203.0.113.4', '10.0.0.1'] }
    const { certificate, refused } = await keep(dataDir, WISHES, moved, NOW_MS)
    expect(refused).toEqual(['other', '203.0.113.4'])
    expect(namesIn(certificate.cert)).toEqual({
      hosts: ['other.local', 'localhost'],
      addresses: ['10.0.0.1'],
    })
    const again = await keep(dataDir, WISHES, moved, NOW_MS, true)
    expect(again.madeAuthority).toBe(true)
    expect(again.refused).toEqual([])
  })
})

describe('files that cannot serve are said by name, with what to do', () => {
  const spoil = (name: string, text: string) => writeFile(join(dataDir, 'https', name), text)
  beforeEach(() => keep(dataDir, WISHES, HOME, NOW_MS))

  test.each([
    ['authority.pem', 'no PEM at all', 'there is no certificate in it'],
    ['authority-key.pem', 'no PEM at all', 'there is no private key in it'],
    ['certificate.pem', '', 'there is no certificate in it'],
  ])('%s', async (name, text, why) => {
    await spoil(name, text)
    await expect(keep(dataDir, WISHES, HOME, NOW_MS)).rejects.toThrow(
      `${join(dataDir, 'https', name)}: ${why}. "crypto-tracker phone --new" makes all of it anew`,
    )
    expect((await keep(dataDir, WISHES, HOME, NOW_MS, true)).madeAuthority).toBe(true)
  })

  test('the key of another, and one that is gone', async () => {
    const other = await makeAuthority(HOME, NOW_MS)
    await spoil('authority-key.pem', other.key)
    await expect(look(dataDir)).rejects.toThrow('authority-key.pem: it is not the key of authority.pem')
    await rm(join(dataDir, 'https', 'authority-key.pem'))
    await expect(look(dataDir)).rejects.toThrow('authority-key.pem: it cannot be read')
  })

  test('what was asked for', async () => {
    await spoil('wishes.json', '{"port":"x"}')
    await expect(readWishes(dataDir)).rejects.toThrow('wishes.json: it is not what this program wrote')
  })

  test('a certificate of another authority is replaced', async () => {
    const foreign = await makeCertificate(await makeAuthority(HOME, NOW_MS), HOME, NOW_MS)
    await spoil('certificate.pem', foreign.cert)
    await spoil('certificate-key.pem', foreign.key)
    expect((await keep(dataDir, WISHES, HOME, NOW_MS)).madeCertificate).toBe(true)
  })
})

test('forgetting leaves nothing behind', async () => {
  await keep(dataDir, WISHES, HOME, NOW_MS)
  expect(isTurnedOn(dataDir)).toBe(true)
  expect(await readFile(join(dataDir, 'https', 'authority-key.pem'), 'utf8')).toContain('PRIVATE KEY')
  await forget(dataDir)
  expect(isTurnedOn(dataDir)).toBe(false)
  expect(await look(dataDir)).toBeNull()
})
