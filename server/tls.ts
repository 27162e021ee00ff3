/** The certificate and key with which the server speaks https: read, and refused in one sentence where they cannot serve. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError, type TlsFiles } from './config.ts'

export interface Tls {
  /** PEM: the certificate, then those that lead from it to a known authority. */
  readonly cert: string
  /** PEM. */
  readonly key: string
  readonly validToMs: number
}

/** @throws ConfigError that names the file, what is wrong with it and what to do */
export function loadTls({ cert: certFile, key: keyFile }: TlsFiles, nowMs: number): Tls {
  const cert = read('TLS_CERT', certFile, 'the certificate and its chain')
  const key = read('TLS_KEY', keyFile, 'its private key')
  const certificate = certificateOf(cert, certFile)
  if (!certificate.checkPrivateKey(privateKeyOf(key, keyFile))) {
    throw new ConfigError(
      'TLS_KEY',
      keyFile,
      `it is not the key of the certificate in ${certFile}: give the two files that were made together`,
    )
  }
  const validFromMs = Date.parse(certificate.validFrom)
  const validToMs = Date.parse(certificate.validTo)
  if (nowMs > validToMs) {
    throw new ConfigError(
      'TLS_CERT',
      certFile,
      `the certificate ended on ${day(validToMs)}: renew it, then start the server again`,
    )
  }
  if (nowMs < validFromMs) {
    throw new ConfigError(
      'TLS_CERT',
      certFile,
      `the certificate is valid only from ${day(validFromMs)} on: set the clock of this machine right, or wait`,
    )
  }
  return { cert, key, validToMs }
}

function read(variable: string, file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(
      variable,
      file,
      `the file cannot be read (${reason}): give the path of a PEM file with ${what} that this user may read`,
    )
  }
}

function certificateOf(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new ConfigError(
      'TLS_CERT',
      file,
      'there is no certificate in it: give a PEM file that begins with "-----BEGIN CERTIFICATE-----"',
    )
  }
}

function privateKeyOf(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch {
    throw new ConfigError(
      'TLS_KEY',
      file,
      'there is no private key in it that can be read: give a PEM file with "PRIVATE KEY" in its first line, without a passphrase',
    )
  }
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
