import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAuthority, makeCertificate } from './phones/authority.ts'
import { ConfigError } from './config.ts'
import { loadTls } from './tls.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.UTC(2024, 1, 15)
/** A day before and 396 after it was made. */
const FROM_MS = Date.UTC(2024, 1, 14)
const TO_MS = Date.UTC(2025, 2, 17)

describe('the files of TLS_CERT and TLS_KEY', () => {
  let folder: string
  const path = (name: string) => join(folder, name)

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crypto-tracker-tls-'))
    const names = { hosts: ['localhost'], addresses: [] }
    const authority = await makeAuthority(names, NOW_MS)
    const own = await makeCertificate(authority, names, NOW_MS)
    await writeFile(path('cert.pem'), own.cert)
    await writeFile(path('key.pem'), own.key)
    await writeFile(path('other-key.pem'), authority.key)
    await writeFile(path('text.pem'), 'no PEM at all\n')
    await writeFile(path('cut.pem'), own.cert.slice(0, 200))
    await writeFile(path('locked-key.pem'), LOCKED_KEY)
  })
  afterAll(() => rm(folder, { recursive: true }))

  const load = (cert = 'cert.pem', key = 'key.pem', nowMs = NOW_MS) =>
    loadTls({ cert: path(cert), key: path(key) }, nowMs)

  test('a pair that belongs together serves until its last day', () => {
    expect(load()).toMatchObject({ validToMs: TO_MS })
    expect(load('cert.pem', 'key.pem', TO_MS - 1000).validToMs).toBe(TO_MS)
  })

  test.each([
    ['a missing certificate', 'none.pem', 'key.pem', NOW_MS, 'TLS_CERT', 'none.pem', 'cannot be read'],
    ['a missing key', 'cert.pem', 'none.pem', NOW_MS, 'TLS_KEY', 'none.pem', 'cannot be read'],
    [
      'a text for the certificate',
      'text.pem',
      'key.pem',
      NOW_MS,
      'TLS_CERT',
      'text.pem',
      'BEGIN CERTIFICATE',
    ],
    ['a certificate cut off', 'cut.pem', 'key.pem', NOW_MS, 'TLS_CERT', 'cut.pem', 'BEGIN CERTIFICATE'],
    ['a key for the certificate', 'key.pem', 'key.pem', NOW_MS, 'TLS_CERT', 'key.pem', 'BEGIN CERTIFICATE'],
    ['a certificate for the key', 'cert.pem', 'cert.pem', NOW_MS, 'TLS_KEY', 'cert.pem', 'PRIVATE KEY'],
    [
      'a key under a passphrase',
      'cert.pem',
      'locked-key.pem',
      NOW_MS,
      'TLS_KEY',
      'locked-key.pem',
      'passphrase',
    ],
    ['the key of another', 'cert.pem', 'other-key.pem', NOW_MS, 'TLS_KEY', 'other-key.pem', 'cert.pem'],
    ['one that ended', 'cert.pem', 'key.pem', TO_MS + DAY_MS, 'TLS_CERT', 'cert.pem', '2025-03-17: renew'],
    ['one of the future', 'cert.pem', 'key.pem', FROM_MS - DAY_MS, 'TLS_CERT', 'cert.pem', '2024-02-14'],
  ])(
    '%s is refused in one sentence that names variable, file and what to do',
    (_, cert, key, now, ...words) => {
      expect(() => load(cert, key, now)).toThrow(ConfigError)
      for (const word of words) expect(() => load(cert, key, now)).toThrow(word)
      expect(() => load(cert, key, now)).not.toThrow('\n')
    },
  )
})

/** `openssl genpkey -algorithm ed25519 -aes256 -pass pass:secret` */
const LOCKED_KEY = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhuZA8yujzDLgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEMjEhmH1Q6fWOUvkIf+IzoMEQNEi
94tVl5o5OEz7w7nPn6CjjE1y9hKk8AdjdN2L92BzfOl6KmYaHQ9e1bcY8bS9FvQw
aEi3krykMm9LtA+bedE=
-----END ENCRYPTED PRIVATE KEY-----
`
