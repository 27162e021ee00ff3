import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { makeAuthority, makeCertificate, type Pair } from '../../server/phones/authority.ts'
import { startServer, type RunningServer } from '../../server/main.ts'

let folder: string
let authority: Pair
let server: RunningServer
const env = (more: Record<string, string> = {}) => ({
  DATA_DIR: join(folder, 'data'),
  PORT: '0',
  TLS_CERT: join(folder, 'cert.pem'),
  TLS_KEY: join(folder, 'key.pem'),
  // Nobody answers there: what is served here needs no source.
  COINBASE_URL: 'http://127.0.0.1:9',
  ...more,
})
const start = (more?: Record<string, string>) =>
  startServer(readConfig(env(more)), { log: pino({ level: 'silent' }) })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-https-'))
  const names = { hosts: ['localhost'], addresses: [] }
  authority = await makeAuthority(names, Date.now())
  const pair = await makeCertificate(authority, names, Date.now())
  await writeFile(join(folder, 'cert.pem'), pair.cert)
  await writeFile(join(folder, 'key.pem'), pair.key)
  server = await start()
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

/** A browser that trusts the certificate. */
async function get(path: string): Promise<IncomingMessage> {
  const agent = new Agent({ ca: authority.cert, keepAlive: false })
  const sent = request({
    host: 'localhost',
    port: server.port,
    path,
    agent,
    servername: 'localhost',
    family: 4,
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

describe('with TLS_CERT and TLS_KEY', () => {
  test('it serves https to who trusts the certificate, and says so in its address', async () => {
    const response = await get('/up')
    expect(response.statusCode).toBe(200)
    expect(await text(response)).toBe('{"status":"up"}')
    expect(server.address).toBe(`https://localhost:${server.port}`)
    expect(server.lines[0]).toContain(`https://localhost:${server.port}`)
  })

  test('of localhost it does not say "only https from now on", which would hold for all its ports', async () => {
    const response = await get('/up')
    response.resume()
    expect(response.headers['strict-transport-security']).toBeUndefined()
  })

  test('plain http at the same port, and a handshake that never comes, disturb nobody', async () => {
    const silent = connect(server.port, '127.0.0.1')
    await once(silent, 'connect')
    await expect(fetch(`http://127.0.0.1:${server.port}/up`)).rejects.toThrow()
    const response = await get('/up')
    response.resume()
    expect(response.statusCode).toBe(200)
    silent.destroy()
  })

  test('files that cannot serve stop the start before anything is opened', async () => {
    await writeFile(join(folder, 'other-key.pem'), authority.key)
    const mismatch = start({ DATA_DIR: join(folder, 'fresh'), TLS_KEY: join(folder, 'other-key.pem') })
    await expect(mismatch).rejects.toThrow(
      /TLS_KEY is ".*other-key.pem": it is not the key of the certificate/,
    )
    expect(() => readConfig(env({ TLS_KEY: '' }))).toThrow('TLS_KEY: TLS_CERT is given without it')
    expect(() => readConfig(env({ TLS_CERT: '' }))).toThrow('TLS_CERT: TLS_KEY is given without it')
  })
})

test('a stop does not wait for a handshake that never comes', async () => {
  const own = await start({ DATA_DIR: join(folder, 'own') })
  const silent = connect(own.port, '127.0.0.1')
  await once(silent, 'connect')
  const closed = once(silent.resume(), 'close')
  await own.stop()
  // Node itself would give it two minutes, which is longer than a test may take.
  await closed
})
