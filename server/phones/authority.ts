/**
 * A certificate authority of this machine alone, and the certificates that it signs. It may sign for names of a private
 * network only (name constraints, RFC 5280 4.2.1.10), so that whoever gets hold of its key can still not pretend to be a bank
 * to the phones that trust it. No file is touched here.
 */
import 'reflect-metadata'
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509'
import { AsnConvert } from '@peculiar/asn1-schema'
import * as x509 from '@peculiar/x509'
import { DAY_MS } from '../../core/time/interval.ts'
import { blockTest, PRIVATE_BLOCKS, type Names } from './machine.ts'

/** PEM both. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** Phones are told to trust it once, so it lives long. */
const AUTHORITY_DAYS = 3_652
/** Apple takes at most 825 days from an authority that a person installed (support.apple.com/103769). */
const CERTIFICATE_DAYS = 397
/** Clocks of phones and servers differ. */
const EARLIER_MS = DAY_MS

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

type PrivateKey = Parameters<typeof crypto.subtle.exportKey>[1]

/** @param names what it may sign for beside private addresses and names that end in `.local` */
export async function makeAuthority(names: Names, nowMs: number): Promise<Pair> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  // Each has a name of its own: some stores of certificates take two of one name for the same.
  const mark = randomBytes(2).toString('hex').toUpperCase()
  const host = names.hosts.find((name) => name !== 'localhost') ?? 'home'
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ['Crypto Tracker'] }, { CN: [`Crypto Tracker ${host.replace(/\.local$/, '')} ${mark}`] }],
    notBefore: new Date(nowMs - EARLIER_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      constraints(names),
    ],
  })
  return pairOf(certificate, keys.privateKey)
}

/** A certificate for a server under these names, signed by the authority; it never outlives the authority. */
export async function makeCertificate(authority: Pair, names: Names, nowMs: number): Promise<Pair> {
  const issuer = new x509.X509Certificate(authority.cert)
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' }),
    ALGORITHM,
    false,
    ['sign'],
  )
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const endMs = Math.min(nowMs + (CERTIFICATE_DAYS - 1) * DAY_MS, issuer.notAfter.getTime())
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ O: ['Crypto Tracker'] }, { CN: [names.hosts[0] ?? names.addresses[0] ?? 'localhost'] }],
    issuer: issuer.subject,
    notBefore: new Date(nowMs - EARLIER_MS),
    notAfter: new Date(endMs),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...names.hosts.map((value) => ({ type: 'dns' as const, value })),
        ...names.addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  })
  return pairOf(certificate, keys.privateKey)
}

/** Those of the names that the authority may sign for. */
export function permitted(authorityCert: string, { hosts, addresses }: Names): Names {
  const extension = new x509.X509Certificate(authorityCert).getExtension(id_ce_nameConstraints)
  const subtrees = extension
    ? (AsnConvert.parse(extension.value, NameConstraints).permittedSubtrees ?? [])
    : []
  const domains = subtrees.flatMap(({ base }) => base.dNSName ?? [])
  const isWithin = blockTest(subtrees.flatMap(({ base }) => base.iPAddress ?? []))
  return {
    hosts: hosts.filter((name) => domains.some((one) => name === one || name.endsWith(`.${one}`))),
    addresses: addresses.filter(isWithin),
  }
}

/** The names that a certificate is for; addresses in their shortest form. */
export function namesIn(cert: string): Names {
  const names = (new X509Certificate(cert).subjectAltName ?? '').split(', ')
  const of = (kind: string) =>
    names.filter((name) => name.startsWith(kind)).map((name) => name.slice(kind.length))
  return { hosts: of('DNS:'), addresses: of('IP Address:').map(shortest) }
}

/** `fd00::2` for `FD00:0:0:0:0:0:0:2`. */
export function shortest(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address
}

/** For people to compare, as phones show it. */
export function fingerprintOf(cert: string): string {
  return new X509Certificate(cert).fingerprint256
}

function constraints({ hosts, addresses }: Names): x509.Extension {
  const domains = new Set(['local', 'localhost', ...hosts])
  const isWithin = blockTest(PRIVATE_BLOCKS)
  const single = addresses
    .filter((one) => !isWithin(one))
    .map((one) => `${one}/${isIP(one) === 4 ? 32 : 128}`)
  const names = [
    ...[...domains].map((dNSName) => new GeneralName({ dNSName })),
    ...[...PRIVATE_BLOCKS, ...single].map((iPAddress) => new GeneralName({ iPAddress })),
  ]
  const value = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(names.map((base) => new GeneralSubtree({ base }))),
  })
  return new x509.Extension(id_ce_nameConstraints, true, AsnConvert.serialize(value))
}

async function pairOf(certificate: x509.X509Certificate, privateKey: PrivateKey): Promise<Pair> {
  const key = await crypto.subtle.exportKey('pkcs8', privateKey)
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, 'PRIVATE KEY')}\n`,
  }
}
