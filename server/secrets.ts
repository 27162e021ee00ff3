/** Secrets of the settings, and texts without them: no log, error, answer or backup may carry one. */
import type { Config } from './config.ts'

/** Something so short may stand in any text, and hiding it would tell where. */
const SHORTEST = 6
const HIDDEN = '[secret]'

/** Every secret that the settings hold, as it is and as it stands in an address. */
export function secretsOf({
  adminToken,
  databaseUrl,
  sources,
}: Pick<Config, 'adminToken' | 'databaseUrl' | 'sources'>): readonly string[] {
  const password = databaseUrl === null ? '' : new URL(databaseUrl).password
  const keys = Object.values(sources).map(({ apiKey }) => apiKey)
  return [adminToken, password, decodeURIComponent(password), ...keys].filter(
    (secret) => !!secret,
  ) as string[]
}

/** Gives a function that hides these secrets in a text, in the form of JSON too. */
export function hiding(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter(({ length }) => length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
  // The longest first, so that of one secret inside of another nothing is left.
  const inOrder = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  return (text) => inOrder.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
}
