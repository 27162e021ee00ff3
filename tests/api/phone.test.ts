/** https for the phones of a network: over real connections, by clients that trust the authority and nobody else. */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer as createTlsServer, request } from 'node:https'
import { connect, createServer, type AddressInfo } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { rootCertificates, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { pino } from 'pino'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS } from '../../core/time/interval.ts'
import { readConfig } from '../../server/config.ts'
import { remoteOperations } from '../../server/control/client.ts'
import type { Operations } from '../../server/control/operations.ts'
import { startServer, type RunningServer } from '../../server/main.ts'
import { fingerprintOf, makeCertificate } from '../../server/phones/authority.ts'
import { look } from '../../server/phones/keep.ts'
import type { PhonesStatus } from '../../server/phones/phones.ts'
import { runCli } from './cli.ts'

let folder: string
let server: RunningServer
let operations: Operations
let status: PhonesStatus
let nowMs = Date.now()
let address = '192.168.77.5'

const env = (more: Record<string, string> = {}) => ({
  DATA_DIR: join(folder, 'data'),
  PORT: '0',
  // Nobody answers there: what is served here needs no source.
  COINBASE_URL: 'http://127.0.0.1:9',
  ...more,
})
const machine = () => ({
  hostname: 'pi',
  interfaces: { eth0: [{ address, internal: false } as NetworkInterfaceInfo] },
})
const start = (more?: Record<string, string>) =>
  startServer(readConfig(env(more)), {
    log: pino({ level: 'silent' }),
    clock: { now: () => nowMs },
    machine,
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-phone-'))
  server = await start()
  operations = remoteOperations(join(folder, 'data', 'control.sock'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true })
})

interface Answer extends Pick<IncomingMessage, 'headers' | 'statusCode'> {
  readonly body: string
  readonly certificate: DetailedPeerCertificate
}

/** Asks as a phone does that trusts this authority and nobody else. The names lead to this machine. */
async function ask(
  path: string,
  ca: string | readonly string[],
  host = 'pi.local',
  port = status.port,
): Promise<Answer> {
  const sent = request({
    host,
    port,
    path,
    ca: [...ca],
    agent: false,
    ...(/^[\d.]+$/.test(host) ? {} : { servername: host }),
    lookup: (_name, _options, found) => found(null, [{ address: '127.0.0.1', family: 4 }]),
  })
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const certificate = (response.socket as TLSSocket).getPeerCertificate(true)
  return {
    headers: response.headers,
    statusCode: response.statusCode,
    body: await text(response),
    certificate,
  }
}

const plain = (path: string) =>
  fetch(`http://127.0.0.1:${status.port}${path}`, {
    redirect: 'manual',
    headers: { 'accept-language': 'de-AT,de' },
  })

describe('crypto-tracker phone', () => {
  test('makes the running server speak https to who trusts the new authority; nothing is stopped', async () => {
    expect(server.phones).toBeNull()
    status = await operations.phone({ port: 0 })
    expect(status).toMatchObject({ madeAuthority: true, refused: [], isPublic: false })
    expect(status.addresses).toEqual([
      `https://192.168.77.5:${status.port}`,
      `https://pi.local:${status.port}`,
      `https://pi:${status.port}`,
    ])
    const up = await ask('/up', [status.authority])
    expect([up.statusCode, up.body]).toEqual([200, '{"status":"up"}'])
    expect((await ask('/up', [status.authority], 'pi')).statusCode).toBe(200)
    expect((await ask('/api/v1/markets', [status.authority])).statusCode).toBe(200)
    expect(await (await fetch(`http://127.0.0.1:${server.port}/up`)).text()).toBe('{"status":"up"}')
  })

  test('who does not trust it, or asks under a name that is not in it, gets no connection', async () => {
    await expect(ask('/up', rootCertificates)).rejects.toThrow(/unable to|self.signed/)
    await expect(ask('/up', [status.authority], 'elsewhere.local')).rejects.toThrow('does not match')
  })

  test('does not say "only https from now on", and gives a cookie that goes by https alone', async () => {
    const { url } = await operations.ownerLink()
    const { pathname, search } = new URL(url)
    const signedIn = await ask(pathname + search, [status.authority])
    expect(signedIn.statusCode).toBe(303)
    expect(String(signedIn.headers['set-cookie'])).toContain('Secure')
    expect(signedIn.headers['strict-transport-security']).toBeUndefined()
  })

  test('with the authority’s key nobody can pretend to be a site of the internet', async () => {
    const { authority } = (await look(join(folder, 'data')))!
    const foreign = await makeCertificate(authority, { hosts: ['bank.example'], addresses: [] }, Date.now())
    const bank = createTlsServer(foreign, (_, response) => response.end('money')).listen(0, '127.0.0.1')
    await once(bank, 'listening')
    const { port } = bank.address() as AddressInfo
    await expect(ask('/', [status.authority], 'bank.example', port)).rejects.toThrow(
      'permitted subtree violation',
    )
    bank.close()
  })

  test('over plain http the same port has the page that explains it, and nothing else of the server', async () => {
    for (const path of ['/', '/api/v1/markets', '/phones', '/index.html']) {
      const answer = await plain(path)
      expect([answer.status, answer.headers.get('location')]).toEqual([302, '/phone'])
    }
    const answer = await plain('/phone?device=ios')
    const page = await answer.text()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    expect(page).toContain('<html lang="de">')
    expect(page).toContain('Zertifikatsvertrauenseinstellungen')
    expect(page.replaceAll(/<\/?span>/g, '')).toContain(status.fingerprint)
    expect(page).not.toMatch(/<script>|style=|onclick=/)
    for (const file of ['page.css', 'page.js', 'inter.woff2'])
      expect((await plain(`/phone/${file}`)).status).toBe(200)
    expect((await plain('/phone/authority-key.pem')).status).toBe(404)
  })

  test('the certificate that the page hands out is the authority’s, never a key', async () => {
    const der = await plain('/phone/crypto-tracker.crt')
    expect(der.headers.get('content-type')).toBe('application/x-x509-ca-cert')
    const body = Buffer.from(await der.arrayBuffer())
    const pem = `-----BEGIN CERTIFICATE-----\n${body.toString('base64')}\n-----END CERTIFICATE-----`
    expect(fingerprintOf(pem)).toBe(status.fingerprint)
    expect(await (await plain('/phone/crypto-tracker.pem')).text()).toBe(status.authority)
  })

  test('each system gets its own steps, by its name for itself or by choice', async () => {
    const page = async (agent: string, query = '') => {
      const answer = await fetch(`http://127.0.0.1:${server.port}/phone${query}`, {
        headers: { 'user-agent': agent },
      })
      return answer.text()
    }
    const android = 'Mozilla/5.0 (Linux; Android 16; Pixel 9) Chrome/140'
    expect(await page(android)).toContain('Encryption &amp; credentials')
    expect(await page('Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X)')).toContain(
      'Certificate Trust Settings',
    )
    expect(await page('Mozilla/5.0 (Windows NT 10.0; Win64; x64)')).toContain('Trusted Root Certification')
    expect(await page('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)')).toContain('Keychain Access')
    expect(await page(android, '?device=linux&lang=de')).toContain('certutil')
  })

  test('neither a handshake that never comes nor nonsense disturbs anybody', async () => {
    const silent = connect(status.port, '127.0.0.1')
    const nonsense = connect(status.port, '127.0.0.1').on('error', () => {})
    await Promise.all([once(silent, 'connect'), once(nonsense, 'connect')])
    nonsense.write('\x16\x03nothing of this is TLS'.repeat(50))
    const [answer] = (await once(
      connect(status.port, '127.0.0.1').end('no http at all\r\n\r\n'),
      'data',
    )) as [Buffer]
    expect(String(answer)).toContain('HTTP/1.1 400')
    expect((await ask('/up', [status.authority])).statusCode).toBe(200)
    silent.destroy()
    nonsense.destroy()
  })

  test('when the machine has another address, or the end is near, the same authority signs anew while it serves', async () => {
    const before = (await ask('/up', [status.authority])).certificate.fingerprint256
    address = '10.0.3.4'
    await operations.phone({})
    const moved = await ask('/up', [status.authority])
    expect(moved.certificate.fingerprint256).not.toBe(before)
    expect(moved.certificate.subjectaltname).toContain('IP Address:10.0.3.4')
    nowMs += 345 * DAY_MS
    const renewed = await operations.phone({})
    expect(renewed.fingerprint).toBe(status.fingerprint)
    expect(renewed.madeAuthority).toBe(false)
    expect(renewed.certificateEndsMs).toBeGreaterThan(nowMs + 300 * DAY_MS)
    nowMs -= 345 * DAY_MS
    await operations.phone({})
  })

  test('the command shows a code that leads to the page, and tells the fingerprint', async () => {
    const { code, stdout } = await runCli(['phone'], folder, env())
    expect(code).toBe(0)
    expect(read(stdout)).toBe(`http://10.0.3.4:${status.port}/phone`)
    expect(stdout).toContain(`https://pi.local:${status.port}`)
    expect(stdout).toContain(status.fingerprint)
  })

  test('a server that starts later serves it again, under the same authority', async () => {
    await server.stop()
    server = await start()
    const { authority } = (await look(join(folder, 'data')))!
    expect(server.phones).toMatchObject({ fingerprint: status.fingerprint, madeAuthority: false })
    status = server.phones!
    expect(server.lines.join('\n')).toContain(`Phones:   https://10.0.3.4:${status.port}`)
    expect((await ask('/up', [authority.cert])).statusCode).toBe(200)
  })
})

describe('what cannot be is said in one sentence', () => {
  test('a port of another program', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const said = `port ${port} is in use: stop what uses it, or choose another with "crypto-tracker phone --port ${port + 1}"`
    await expect(operations.phone({ port })).rejects.toThrow(said)
    // The next start does not fail for that: it says so, and serves the rest.
    await server.stop()
    await writeFile(join(folder, 'data', 'https', 'wishes.json'), JSON.stringify({ port, names: [] }))
    server = await start()
    expect(server.lines.join('\n')).toContain(`Phones:   no https: ${said}`)
    expect(server.phones).toBeNull()
    other.close()
    await once(other, 'close')
    status = await operations.phone({})
    expect(status.port).toBe(port)
    expect((await ask('/up', [status.authority])).statusCode).toBe(200)
  })

  test('no address in a network', async () => {
    address = '169.254.1.1'
    await expect(operations.phone({})).rejects.toThrow('this machine has no address in a network')
    // As in a container, where the machine's own addresses are not those of the phones.
    status = await operations.phone({ names: ['192.168.88.8'] })
    expect(status.guide).toBe(`http://192.168.88.8:${status.port}/phone`)
    address = '10.0.3.4'
  })

  test('a file that was spoilt', async () => {
    const path = join(folder, 'data', 'https', 'authority.pem')
    await writeFile(path, 'spoilt')
    await expect(operations.phone({})).rejects.toThrow(`${path}: there is no certificate in it`)
    const again = await operations.phone({ again: true, port: status.port })
    expect(again.fingerprint).not.toBe(status.fingerprint)
    expect((await ask('/up', [again.authority])).statusCode).toBe(200)
    await expect(ask('/up', [status.authority])).rejects.toThrow()
  })

  test('a wrong command line, and https that the server has of its own', async () => {
    const wrong = await runCli(['phone', '--port', '70000', '--address', '127.0.0.1'], folder, env())
    expect(wrong.code).toBe(2)
    const own = await runCli(['phone'], folder, env({ PUBLIC_URL: 'https://nowhere.invalid' }))
    expect(own.code).toBe(1)
    expect(own.stderr).toContain('set DOMAIN or PUBLIC_URL right')
  })

  test('turned off, nothing of it is left', async () => {
    const { code, stderr } = await runCli(['phone', '--off'], folder, env())
    expect([code, stderr]).toEqual([0, expect.stringContaining('https for phones is off')])
    await expect(ask('/up', [status.authority])).rejects.toThrow('ECONNREFUSED')
    expect(await look(join(folder, 'data'))).toBeNull()
    expect(await (await fetch(`http://127.0.0.1:${server.port}/phone`)).text()).toContain(
      'npm run -s cli -- phone',
    )
  })
})

/** Reads the code as a camera does: what is printed in half blocks, as pixels. */
function read(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.startsWith('\x1b[30;107m'))
  const modules = lines.flatMap((line) => {
    const cells = Array.from(line.slice('\x1b[30;107m'.length, -'\x1b[0m'.length))
    return [cells.map((cell) => '▀█'.includes(cell)), cells.map((cell) => '▄█'.includes(cell))]
  })
  const scale = 4
  const [width, height] = [modules[0]!.length * scale, modules.length * scale]
  const data = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const isDark = modules[Math.floor(i / width / scale)]![Math.floor((i % width) / scale)]
    data.set([...(isDark ? [0, 0, 0] : [255, 255, 255]), 255], 4 * i)
  }
  return decodeQR({ width, height, data })
}
