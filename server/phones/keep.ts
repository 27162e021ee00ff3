/**
 * What is kept in `DATA_DIR/https`: the authority, the certificate that it signed last, and what was asked for. The keys are
 * their owner's alone (mode 0600); no backup takes them along, and no command prints them.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DAY_MS } from '../../core/time/interval.ts'
import { makeAuthority, makeCertificate, namesIn, permitted, shortest, type Pair } from './authority.ts'
import type { Names } from './machine.ts'

/** What the owner said about https for phones. */
export interface Wishes {
  readonly port: number
  /** Names and addresses that the machine does not know of itself; they come first. */
  readonly names: readonly string[]
}

export interface Kept {
  readonly wishes: Wishes
  readonly authority: Pair
  readonly certificate: Pair
  /** Names of this machine for which the authority may not sign. */
  readonly refused: readonly string[]
  readonly madeAuthority: boolean
  readonly madeCertificate: boolean
}

/** The folder cannot be used; the message says which file, why, and what to do. */
export class HttpsFolderError extends Error {
  override readonly name = 'HttpsFolderError'
}

/** A certificate is made anew this long before its end; an authority with less is made anew when it is asked for. */
const RENEW_MS = 60 * DAY_MS

const AUTHORITY = ['authority.pem', 'authority-key.pem'] as const
const CERTIFICATE = ['certificate.pem', 'certificate-key.pem'] as const
const WISHES = 'wishes.json'

const wishesSchema = z.object({ port: z.number().int().min(0).max(65_535), names: z.array(z.string()) })

const httpsFolder = (dataDir: string): string => join(dataDir, 'https')

/** Whether https for phones was turned on in this data folder. */
export const isTurnedOn = (dataDir: string): boolean => existsSync(join(httpsFolder(dataDir), WISHES))

/** @throws HttpsFolderError where they cannot be read */
export async function readWishes(dataDir: string): Promise<Wishes> {
  const text = await readText(dataDir, WISHES)
  const wishes = wishesSchema.safeParse(parsed(text))
  if (wishes.success) return wishes.data
  throw unusable(dataDir, WISHES, 'it is not what this program wrote')
}

/**
 * Reads what is there and makes what is missing: an authority only where none is, a certificate also where its end is near
 * or the machine has other names.
 *
 * @param again makes another authority; phones then have to be told to trust that one
 * @throws HttpsFolderError where a file cannot be used
 */
export async function keep(
  dataDir: string,
  wishes: Wishes,
  machine: Names,
  nowMs: number,
  again = false,
): Promise<Kept> {
  const folder = httpsFolder(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = withWishes(machine, wishes.names)
  let authority = again ? null : await readPair(dataDir, AUTHORITY)
  const madeAuthority = authority === null
  if (authority === null) {
    authority = await makeAuthority(names, nowMs)
    await writePair(dataDir, AUTHORITY, authority)
  }
  const able = permitted(authority.cert, names)
  let certificate = again ? null : await readPair(dataDir, CERTIFICATE)
  const madeCertificate = certificate === null || isDue(certificate, authority, able, nowMs)
  if (certificate === null || madeCertificate) {
    certificate = await makeCertificate(authority, able, nowMs)
    await writePair(dataDir, CERTIFICATE, certificate)
  }
  await write(dataDir, WISHES, `${JSON.stringify(wishes)}\n`, 0o600)
  const refused = [...names.hosts, ...names.addresses].filter(
    (name) => !able.hosts.includes(name) && !able.addresses.includes(name),
  )
  return { wishes, authority, certificate, refused, madeAuthority, madeCertificate }
}

/** What lies in the folder, as it is; null where there is nothing. @throws HttpsFolderError */
export async function look(dataDir: string): Promise<{ authority: Pair; certificate: Pair } | null> {
  const [authority, certificate] = [await readPair(dataDir, AUTHORITY), await readPair(dataDir, CERTIFICATE)]
  return authority && certificate ? { authority, certificate } : null
}

/** The authority's key is gone then: whoever trusted it trusts nobody any more by that. */
export async function forget(dataDir: string): Promise<void> {
  await rm(httpsFolder(dataDir), { recursive: true, force: true })
}

/** The owner's names first: they are what phones are led to. */
export function withWishes({ hosts, addresses }: Names, wished: readonly string[]): Names {
  const own = wished.map((name) => shortest(name.toLowerCase()))
  const isAddress = (name: string) => /^[\d.]+$|:/.test(name)
  return {
    hosts: [...new Set([...own.filter((name) => !isAddress(name)), ...hosts])],
    addresses: [...new Set([...own.filter(isAddress), ...addresses])],
  }
}

/** Whether another certificate is to be made: another authority, near its end, or a name is missing. */
function isDue(certificate: Pair, authority: Pair, wanted: Names, nowMs: number): boolean {
  const own = new X509Certificate(certificate.cert)
  const issuer = new X509Certificate(authority.cert)
  if (!own.verify(issuer.publicKey)) return true
  const endMs = Date.parse(own.validTo)
  if (nowMs < Date.parse(own.validFrom)) return true
  // One that ends with its authority cannot be made to end later.
  if (endMs - nowMs < RENEW_MS && endMs < Date.parse(issuer.validTo)) return true
  const { hosts, addresses } = namesIn(certificate.cert)
  return (
    wanted.hosts.some((name) => !hosts.includes(name)) ||
    wanted.addresses.some((address) => !addresses.includes(address))
  )
}

/** null where neither file is there. */
async function readPair(
  dataDir: string,
  [certName, keyName]: readonly [string, string],
): Promise<Pair | null> {
  const has = (name: string) => existsSync(join(httpsFolder(dataDir), name))
  if (!has(certName) && !has(keyName)) return null
  const [cert, key] = [await readText(dataDir, certName), await readText(dataDir, keyName)]
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch {
    throw unusable(dataDir, certName, 'there is no certificate in it')
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return { cert, key }
  } catch {
    throw unusable(dataDir, keyName, 'there is no private key in it')
  }
  throw unusable(dataDir, keyName, `it is not the key of ${certName}`)
}

async function readText(dataDir: string, name: string): Promise<string> {
  try {
    return await readFile(join(httpsFolder(dataDir), name), 'utf8')
  } catch (error) {
    throw unusable(dataDir, name, `it cannot be read (${(error as Error).message})`)
  }
}

const unusable = (dataDir: string, name: string, why: string): HttpsFolderError =>
  new HttpsFolderError(
    `${join(httpsFolder(dataDir), name)}: ${why}. "crypto-tracker phone --new" makes all of it anew; the phones then trust the new authority`,
  )

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function writePair(dataDir: string, [cert, key]: readonly [string, string], pair: Pair): Promise<void> {
  await write(dataDir, key, pair.key, 0o600)
  await write(dataDir, cert, pair.cert, 0o644)
}

/** All of it or nothing, also where the power fails. */
async function write(dataDir: string, name: string, text: string, mode: number): Promise<void> {
  const path = join(httpsFolder(dataDir), name)
  const part = `${path}.part`
  await rm(part, { force: true })
  const file = await open(part, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}
