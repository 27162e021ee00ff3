/** Whether the name under which browsers look for the server is known: before it is, nobody gets here, and no certificate is given. */
import { lookup } from 'node:dns/promises'
import type { Logger } from 'pino'

/** What to do about a name that is not known. */
export const ENTER_THE_NAME =
  'enter it in the DNS with the address of this machine, or set DOMAIN or PUBLIC_URL right'

/** Why nobody finds this host; null when it is found, or is an address. */
export async function whyUnknown(hostname: string): Promise<string | null> {
  try {
    await lookup(hostname.replace(/^\[|\]$/g, ''))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Says so at the start, once; the server runs all the same, since names are often entered later. */
export async function warnOfUnknownName(publicUrl: string, log: Pick<Logger, 'warn'>): Promise<void> {
  const { hostname } = new URL(publicUrl)
  const why = await whyUnknown(hostname)
  if (why !== null)
    log.warn(
      `nobody finds this server at ${publicUrl}, since the name ${hostname} is not known (${why}): ${ENTER_THE_NAME}`,
    )
}
