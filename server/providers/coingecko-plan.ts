/**
 * Which of CoinGecko's plans is used: without a key, a demo key or a pro key. Both kinds of key look alike, so a key is
 * tried where pro keys belong; what the answer says tells its kind.
 */
import type { Answer } from './transport.ts'
import type { Reach } from './types.ts'

export type PlanName = 'keyless' | 'demo' | 'pro'

export interface Plan {
  readonly name: PlanName
  /** Address of the service, without a path. */
  readonly host: string
  readonly requestsPerSecond: number
  readonly reach: Reach | null
}

const PUBLIC_HOST = 'https://api.coingecko.com'
const PRO_HOST = 'https://pro-api.coingecko.com'
const YEAR: Reach = { ms: 365 * 86_400_000 }

/** Documented as 5 to 15 a minute, by how busy the service is; 30 is within every limit that its demo plan has had. */
export const PLANS: Readonly<Record<PlanName, Plan>> = {
  keyless: { name: 'keyless', host: PUBLIC_HOST, requestsPerSecond: 10 / 60, reach: YEAR },
  demo: { name: 'demo', host: PUBLIC_HOST, requestsPerSecond: 30 / 60, reach: YEAR },
  pro: { name: 'pro', host: PRO_HOST, requestsPerSecond: 250 / 60, reach: null },
}

/** What is known without asking: no key, or an address that belongs to one kind of key; else null. */
export function obviousPlan(apiKey: string | null, baseUrl: string | null): PlanName | null {
  if (apiKey === null) return 'keyless'
  if (baseUrl?.startsWith(PUBLIC_HOST)) return 'demo'
  return baseUrl?.startsWith(PRO_HOST) ? 'pro' : null
}

/** Told of a demo key that was sent as a pro one. */
const DEMO_KEY = /"error_code":\s*10011\b/

/** Whether the answer to a question about the key says that it is a demo key. The demo service knows no such question. */
export function isDemoKey({ status, text }: Pick<Answer, 'status' | 'text'>): boolean {
  return status === 404 || DEMO_KEY.test(text)
}

/** What to do about a status that speaks of the key; empty for others. */
export function adviceOf(status: number, apiKey: string | null): string {
  if (status !== 401 && status !== 403) return ''
  return apiKey === null
    ? '; without a key it may refuse this: a free demo key in COINGECKO_API_KEY helps'
    : '; check COINGECKO_API_KEY against https://www.coingecko.com/en/developers/dashboard, or unset it to go on without a key'
}
