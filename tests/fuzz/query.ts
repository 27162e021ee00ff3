/**
 * Paths and query parameters of the API under attack, over real HTTP: whatever is asked, the answer is what the route
 * promises or a problem that says what is accepted, at once, and the server stays up.
 */
import { Agent, request, type IncomingMessage } from 'node:http'
import { HOUR_MS } from '../../core/time/interval.ts'
import { addMarket, NOW_MS, readAll, sealAll, serveArchive } from '../api/serve.ts'
import { pick, type Border } from './attack.ts'
import { damageText, hostileText } from './damage.ts'

/** Valid questions; each parameter is damaged by itself. */
const QUESTIONS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  [
    '/api/v1/markets/coinbase:BTC-USD/candles',
    { interval: '1m', from: '2024-03-10', to: '2024-03-10T12:00:00Z', format: 'json' },
  ],
  ['/api/v1/markets/coinbase:BTC-USD/candles', { interval: '1h', format: 'csv' }],
  ['/api/v1/sync', { since: '0', markets: 'coinbase:BTC-USD' }],
  ['/api/v1/tail', { since: '1', markets: 'coinbase:BTC-USD', intervals: '1m,1h', parts: 'price' }],
  ['/api/v1/live', { markets: 'coinbase:BTC-USD' }],
  [`/api/v1/chunks/${'a'.repeat(64)}`, {}],
  ['/api/v1/markets', {}],
  ['/api/v1/prices', {}],
  ['/up/databases', {}],
]
const NAMES = [
  'interval',
  'from',
  'to',
  'format',
  'since',
  'markets',
  'intervals',
  'archive',
  '__proto__',
  'limit',
]

export interface QueryBorder extends Border {
  stop(): Promise<void>
}

/** Starts a server of its own with a little data. */
export async function queryBorder(): Promise<QueryBorder> {
  const server = await serveArchive()
  const market = await addMarket(server.archive, 'coinbase:BTC-USD')
  await readAll(server.archive, market, '1m', NOW_MS - 10 * HOUR_MS, NOW_MS)
  await sealAll(server.archive)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  return {
    name: 'query',
    async attempt(random) {
      const path = damagedPath(random)
      const answer = await ask(server.port, agent, path)
      const { status, type, body } = answer
      const fail = (what: string) => new Error(`${what} for ${path}: ${status} ${type} ${body.slice(0, 300)}`)
      if (status < 400) return 'taken'
      // Out of the API lies the app, which is not built here, and says so.
      if (status === 503 && !isOfApi(path)) return 'refused'
      if (status >= 500) throw fail('the server failed')
      if (type !== 'application/problem+json') throw fail('no problem details')
      const problem = JSON.parse(body) as { status?: unknown; detail?: unknown }
      if (problem.status !== status || typeof problem.detail !== 'string') throw fail('no problem details')
      if (/\bat .+:\d+:\d+\)?/.test(body) || body.includes('node_modules')) throw fail('a stack trace')
      return 'refused'
    },
    async stop() {
      agent.destroy()
      await server.stop()
    },
  }
}

/** As the server reads it, steps upwards taken. */
function isOfApi(path: string): boolean {
  return /^\/(api|up)\b/.test(new URL(path, 'http://localhost').pathname)
}

function damagedPath(random: () => number): string {
  const [path, parameters] = pick(random, QUESTIONS)
  const query = Object.entries(parameters).flatMap(([name, value]) => {
    const kind = random()
    if (kind < 0.3) return [`${name}=${encoded(value, random)}`]
    if (kind < 0.4) return []
    if (kind < 0.5)
      return [`${name}=${encoded(value, random)}`, `${name}=${encoded(hostileText(random), random)}`]
    return [`${name}=${encoded(random() < 0.5 ? damageText(value, random) : hostileText(random), random)}`]
  })
  if (random() < 0.3) query.push(`${pick(random, NAMES)}=${encoded(hostileText(random), random)}`)
  const segments = path.split('/')
  if (random() < 0.3) segments[segments.length - 1] = encoded(damageText(segments.at(-1)!, random), random)
  if (path.includes('/markets/') && random() < 0.3)
    segments[4] = encoded(damageText(segments[4]!, random), random)
  return `${segments.join('/')}${query.length > 0 || random() < 0.1 ? '?' : ''}${query.join('&')}`
}

/** As a browser would encode it; at times as no well-behaved client would, as far as a request line can carry it. */
function encoded(text: string, random: () => number): string {
  return random() < 0.7
    ? encodeURIComponent(text.toWellFormed())
    : text.replace(/[^!-~]/g, () => pick(random, ['%', '%zz', '%ff', '%c0%af', '%u0041', '+']))
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

function ask(port: number, agent: Agent, path: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, agent }, (response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      const type = (response.headers['content-type'] ?? '').split(';')[0]!
      // A live stream never ends by itself.
      if (type === 'text/event-stream') {
        asked.destroy()
        return resolve({ status, type, body: '' })
      }
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status, type, body: Buffer.concat(parts).toString() }))
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}
