/**
 * Secrets planted in the settings of a real server, and looked for in everything that it and the command line give away: log,
 * answers, figures, doctor, status, backup. Its source repeats the key that it was sent, in its errors and in its answers.
 */
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../database/postgres.ts'
import { startApp, until, type RunningApp } from '../journey/processes.ts'
import { runCli } from './cli.ts'

const ADMIN_TOKEN = 'planted-admin-token-0123456789'
const API_KEY = 'CG-planted-key-0123456789'
const PASSWORD = 'planted/password:0123'

let postgres: TestPostgres
let source: Server
let folder: string
let server: RunningApp
let env: Record<string, string>
let asked = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-secrets-'))
  postgres = await startPostgres()
  const database = new URL(await postgres.createDatabase())
  await postgres.admin(`CREATE ROLE planted LOGIN SUPERUSER PASSWORD '${PASSWORD}'`)
  database.username = 'planted'
  database.password = encodeURIComponent(PASSWORD)
  source = createServer((request, response) => {
    asked++
    const told = JSON.stringify(request.headers)
    const error = { status: { error_code: 10002, error_message: `wrong key in ${told}` } }
    const isRefused = asked % 2 === 0
    response.writeHead(isRefused ? 401 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isRefused ? error : { told }))
  })
  source.listen(0, '127.0.0.1')
  await once(source, 'listening')
  const url = `http://127.0.0.1:${(source.address() as AddressInfo).port}`
  await writeFile(join(folder, 'token'), ADMIN_TOKEN)
  env = {
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: database.href,
    ADMIN_TOKEN_FILE: join(folder, 'token'),
    COINGECKO_API_KEY: API_KEY,
    COINGECKO_URL: url,
    COINGECKO_RPS: '100',
    MARKETS: 'coingecko:bitcoin-usd',
    LOG_LEVEL: 'trace',
  }
  server = await startApp(['server/start.mjs', '--no-build'], folder, env)
})
afterAll(async () => {
  await server.kill()
  source.close()
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A raw answer as the database keeps it. */
const unpacked = (hex: string) => brotliDecompressSync(Buffer.from(hex, 'hex')).toString()

test('they are found nowhere', async () => {
  const given = new Map<string, string>()
  const owner = { authorization: `Bearer ${ADMIN_TOKEN}` }
  const keep = async (path: string, init?: RequestInit) =>
    given.set(`${init?.method ?? 'GET'} ${path}`, await (await fetch(server.url + path, init)).text())
  await until('the source asked often enough to have repeated the key', 60_000, async () => asked > 6 || null)
  const link = /^Owner: +\S+(\/api\S+)/m.exec(server.printed())![1]!
  const signedIn = await fetch(server.url + link, { redirect: 'manual' })
  const session = signedIn.headers.get('set-cookie')!.split(';')[0]!
  for (const path of [
    '/api/v1/admin/ingest',
    '/api/v1/admin/quarantine',
    '/api/v1/admin/search?text=bitcoin',
  ])
    await keep(path, { headers: owner })
  await keep('/api/v1/admin/markets', {
    method: 'POST',
    headers: { cookie: session, origin: server.url, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'coingecko:ethereum-usd' }),
  })
  await keep('/api/v1/admin/ingest', { headers: { authorization: `Bearer ${ADMIN_TOKEN}x` } })
  for (const path of ['/metrics', '/up/databases', '/api/v1/markets', '/api/openapi.json', link])
    await keep(path)
  const file = join(folder, 'all.backup')
  const run = async (name: string, words: string, changed: Record<string, string> = {}) => {
    const { stdout, stderr } = await runCli(words.split(' '), folder, { ...env, ...changed })
    given.set(name, stdout + stderr)
  }
  await Promise.all([
    run('doctor', 'doctor'),
    run('status', 'status sources'),
    run('search', 'markets search bitcoin'),
    run('backup', `backup ${file}`),
    run('a malformed address', 'doctor', { DATABASE_URL: `mysql://u:${PASSWORD}@x` }),
  ])
  const backup = gunzipSync(await readFile(file)).toString()
  given.set('the backup', backup)
  const answers = [...backup.matchAll(/"body":"\\\\x([0-9a-f]+)"/g)].map(([, hex = '']) => unpacked(hex))
  expect(answers.length).toBeGreaterThan(0)
  given.set('raw answers in the backup', answers.join('\n'))
  given.set('the log', server.printed())
  // The start prints the link on purpose: it is how the owner gets in, once.
  given.set('the log but its link', server.printed().replace(/^Owner: .*$/m, ''))

  const secrets = [ADMIN_TOKEN, API_KEY, PASSWORD, encodeURIComponent(PASSWORD), session.split('=')[1]!]
  for (const [where, text] of given)
    for (const secret of secrets) expect(text.includes(secret), `${secret} in ${where}`).toBe(false)
  expect(given.get('the log but its link')).not.toContain(link.split('token=')[1])
  // It was there to be found: the source's own words came through, without it.
  expect(given.get('the log')).toContain('[secret]')
  expect(given.get('GET /api/v1/admin/ingest')).toContain('401')
}, 180_000)
