/** `crypto-tracker doctor` beside a running server and without one, on whatever can be wrong. */
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { lockFolder } from '../../server/db/lock.ts'
import type { Finding } from '../../server/doctor/finding.ts'
import { examine } from '../../server/doctor/examine.ts'
import { makeAuthority, makeCertificate } from '../../server/phones/authority.ts'
import { startServer } from '../../server/main.ts'
import { runCli } from './cli.ts'

let folder: string
let source: Server
let sourceUrl: string
/** How the source answers. */
let answer: (response: ServerResponse) => void

const well = (response: ServerResponse) =>
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"price":"61168.13","time":"2024-03-01T12:00:00Z"}')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-doctor-'))
  source = createServer((_, response) => answer(response))
  source.listen(0, '127.0.0.1')
  await once(source, 'listening')
  sourceUrl = `http://127.0.0.1:${(source.address() as AddressInfo).port}`
  answer = well
})
afterAll(async () => {
  source.close()
  await rm(folder, { recursive: true })
})

interface Doctor {
  readonly findings: readonly Finding[]
  readonly hasFault: boolean
  /** The lines of one check. */
  of(check: Finding['check']): readonly Finding[]
}

const environment = (env: Record<string, string>) => ({
  COINBASE_URL: sourceUrl,
  PORT: '0',
  DATA_DIR: join(folder, 'data'),
  ...env,
})

async function doctor(env: Record<string, string> = {}): Promise<Doctor> {
  const findings = await examine(environment(env))
  // A line that is not well says what to do, always.
  for (const { status, todo } of findings) expect(todo === null).toBe(status === 'ok')
  return {
    findings,
    hasFault: findings.some(({ status }) => status === 'fault'),
    of: (check) => findings.filter((finding) => finding.check === check),
  }
}

describe('before the first start', () => {
  test('all is well, and nothing has been made', async () => {
    const { hasFault, findings } = await doctor()
    expect(hasFault).toBe(false)
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['settings', 'ok'],
      ['keys', 'ok'],
      ['database', 'ok'],
      ['folder', 'ok'],
      ['disk', 'ok'],
      ['backup', 'ok'],
      ['source', 'ok'],
      ['clock', 'ok'],
      ['address', 'ok'],
      ['address', 'ok'],
    ])
    expect(await readdir(folder)).toEqual([])
  })

  test('its exit code is 0 then, and 1 with a fault; it prints a table, JSON or CSV', async () => {
    const run = (format: string, env: Record<string, string> = {}) =>
      runCli(['doctor', '--format', format], folder, environment(env))
    const [table, csv, json] = await Promise.all([run('table'), run('csv'), run('json', { PORT: 'http' })])
    for (const { code, stdout } of [table, csv]) {
      expect(code).toBe(0)
      expect(stdout.split('\n')[0]).toMatch(/^status[, ]+check[, ]+finding[, ]+todo$/)
      expect(stdout).toMatch(/disk[, ]+\d+\.\d GB free/)
    }
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject([{ status: 'fault', check: 'settings' }])
  })
})

describe('what is wrong is a fault that names the thing', () => {
  test.each<[string, Record<string, string>, Finding['check'], RegExp]>([
    ['a malformed variable', { PORT: 'http' }, 'settings', /PORT is "http"/],
    [
      'a PostgreSQL that does not answer',
      { DATABASE_URL: 'postgres://u:secret@127.0.0.1:9/x' },
      'database',
      /127.0.0.1:9\/x does not answer/,
    ],
    ['a data folder below a file', { DATA_DIR: '/etc/hostname/data' }, 'folder', /may not be written/],
    [
      'a source that is not there',
      { COINBASE_URL: 'http://127.0.0.1:9' },
      'source',
      /coinbase: cannot be reached/,
    ],
    [
      'an address that this machine has not',
      { HOST: '192.0.2.1', PORT: '8123' },
      'address',
      /cannot listen at 192.0.2.1:8123/,
    ],
    [
      'a public name that nobody knows',
      { PUBLIC_URL: 'https://nowhere.invalid' },
      'address',
      /the name nowhere\.invalid is not known/,
    ],
    [
      'a certificate that is not there',
      { TLS_CERT: 'none.pem', TLS_KEY: 'none.pem' },
      'address',
      /TLS_CERT is "none.pem".*cannot be read/,
    ],
  ])('%s', async (_, env, check, words) => {
    const { hasFault, of } = await doctor(env)
    expect(hasFault).toBe(true)
    const [found] = of(check).filter(({ status }) => status === 'fault')
    expect(found?.finding).toMatch(words)
    expect(JSON.stringify(of(check))).not.toContain('secret')
  })

  test('a port of another program', async () => {
    const port = String((source.address() as AddressInfo).port)
    const { hasFault, of } = await doctor({ PORT: port })
    expect(hasFault).toBe(true)
    expect(of('address')[0]).toMatchObject({
      status: 'fault',
      finding: `127.0.0.1:${port} is in use by another program`,
    })
  })

  test.each([
    [
      'a page in place of the source',
      'source',
      /content type text\/html/,
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    [
      'a source that is down',
      'source',
      /answered 503/,
      (response: ServerResponse) => response.writeHead(503).end(),
    ],
    [
      'a clock ten minutes behind the source',
      'clock',
      /\d+\.\d s behind the sources/,
      (response: ServerResponse) => {
        response.setHeader('date', new Date(Date.now() + 600_000).toUTCString())
        well(response)
      },
    ],
  ] as const)('%s', async (_, check, words, how) => {
    answer = how
    try {
      const { hasFault, of } = await doctor()
      expect(hasFault).toBe(true)
      expect(of(check)[0]).toMatchObject({ status: 'fault', finding: expect.stringMatching(words) })
    } finally {
      answer = well
    }
  })
})

test('what may be on purpose is a warning, no fault', async () => {
  // A certificate lives for 396 days from when it is made.
  const madeMs = Date.now() - 393 * 86_400_000
  const names = { hosts: ['localhost'], addresses: [] }
  const soon = await makeCertificate(await makeAuthority(names, madeMs), names, madeMs)
  const files = await mkdtemp(join(tmpdir(), 'crypto-tracker-pem-'))
  const open = join(files, 'open')
  try {
    await writeFile(join(files, 'cert.pem'), soon.cert)
    await writeFile(join(files, 'key.pem'), soon.key)
    await mkdtemp(open)
    await chmod(files, 0o755)
    const { hasFault, of } = await doctor({
      CHUNK_STORE: 's3://bucket',
      DATA_DIR: files,
      TLS_CERT: join(files, 'cert.pem'),
      TLS_KEY: join(files, 'key.pem'),
    })
    expect(hasFault).toBe(false)
    expect(of('settings')[0]).toMatchObject({
      status: 'warning',
      finding: expect.stringContaining('CHUNK_STORE'),
    })
    expect(of('folder')[0]).toMatchObject({ status: 'warning', todo: `chmod 700 ${files}` })
    expect(of('address')[1]).toMatchObject({ status: 'warning', todo: expect.stringContaining('renew') })
  } finally {
    await rm(files, { recursive: true })
  }
})

test('a proxy in front is named, or it is told what that costs', async () => {
  const behind = { PUBLIC_URL: 'https://localhost:9' }
  const last = async (env: Record<string, string>) => (await doctor(env)).of('address').at(-1)
  expect(await last(behind)).toMatchObject({
    status: 'warning',
    todo: expect.stringContaining('TRUSTED_PROXIES'),
  })
  expect(await last({ ...behind, TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' })).toMatchObject({
    status: 'ok',
    finding: expect.stringContaining('loopback, 10.0.0.0/8'),
  })
})

test('beside a running server it asks that one; after the stop it looks itself, unless another has the folder', async () => {
  const dataDir = join(folder, 'data')
  const config = readConfig({
    DATA_DIR: dataDir,
    PORT: '0',
    COINBASE_URL: sourceUrl,
    MARKETS: 'coinbase:BTC-USD',
  })
  const server = await startServer(config, { log: pino({ level: 'silent' }) })
  const port = String(server.port)
  try {
    const { of } = await doctor({ DATA_DIR: dataDir, PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` })
    expect(of('database')[0]).toMatchObject({
      status: 'ok',
      finding: expect.stringContaining('the running server'),
    })
    expect(of('address')[0]!.finding).toBe(`Crypto Tracker answers at 127.0.0.1:${port}`)
    expect(of('address')[2]!.finding).toBe(`Crypto Tracker answers at http://127.0.0.1:${port}`)
    expect(of('source')[0]!.finding).toMatch(
      /^coinbase.*requests in the last minute and \d+ left of 10 a second, \d+ under way or waiting$/,
    )
    expect(of('folder')[0]).toMatchObject({ status: 'ok' })
  } finally {
    await server.stop()
  }
  const alone = await doctor({ DATA_DIR: dataDir })
  expect(alone.hasFault).toBe(false)
  expect(alone.of('database')[0]!.finding).toMatch(/^embedded PostgreSQL in .*, version 1\d.*, \d+\.\d MB$/)
  const release = lockFolder(dataDir)
  try {
    const { hasFault, of } = await doctor({ DATA_DIR: dataDir })
    expect(hasFault).toBe(true)
    expect(of('database')[0]).toMatchObject({
      status: 'fault',
      finding: expect.stringContaining('in use by another process'),
    })
  } finally {
    release()
  }
}, 180_000)
