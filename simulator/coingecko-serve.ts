/**
 * The simulated CoinGecko over HTTP, with what has been seen of the real one in the wild on demand:
 * `POST /simulator/faults` with a list of fault names, each given once, in their order. `GET /simulator/asked`: all that
 * was asked.
 */
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { createCoinGecko, type Answer, type CoinGeckoOptions } from './coingecko.ts'

/** Answers that projects of others have recorded. */
const FAULTS: Readonly<Record<string, Answer>> = {
  'too-many': {
    status: 429,
    headers: { 'retry-after': '53' },
    body: '{"status":{"error_code":429,"error_message":"You\'ve exceeded the Rate Limit."}}',
  },
  'too-many-long': {
    status: 429,
    headers: { 'retry-after': '119' },
    contentType: 'text/html',
    body: '<html><body><h1>Too many requests</h1></body></html>',
  },
  'missing-parameter': { status: 422, body: '{"error":"Missing parameter vs_currency"}' },
  'server-error': {
    status: 500,
    contentType: 'text/html',
    body: '<!DOCTYPE html><html><head><title>500</title></head></html>',
  },
  captcha: {
    status: 200,
    contentType: 'text/html; charset=UTF-8',
    body: '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>captcha</body></html>',
  },
  truncated: { status: 200, body: '{"prices":[[1709290000000,61' },
  'null-prices': {
    status: 200,
    body: '{"prices":[[1709290000000,null]],"market_caps":[],"total_volumes":[]}',
  },
}

export interface CoinGeckoServeOptions extends CoinGeckoOptions {
  readonly now: () => number
  /** Keys that it takes, by their kind; without any, everybody may ask. */
  readonly keys?: Readonly<Record<string, 'demo' | 'pro'>>
}

/** A server that does not listen yet. */
export function createCoinGeckoSimulator({ now, keys, ...options }: CoinGeckoServeOptions): Server {
  const coingecko = createCoinGecko(options)
  const faults: string[] = []
  const asked: string[] = []

  const refused = (headers: NodeJS.Dict<string | string[]>): Answer | null => {
    if (!keys) return null
    const [pro, demo] = [headers['x-cg-pro-api-key'], headers['x-cg-demo-api-key']]
    const kind = keys[String(pro ?? demo)]
    if (kind === undefined) return keyError(401, 10002, 'API Key Missing or wrong')
    if (pro !== undefined && kind === 'demo') return keyError(400, 10011, 'please change your root URL')
    return demo !== undefined && kind === 'pro' ? keyError(400, 10010, 'please change your root URL') : null
  }

  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'simulator'}`)
    const send = ({ status, body, contentType = 'application/json; charset=utf-8', headers }: Answer) => {
      response.writeHead(status, { 'content-type': contentType, ...headers })
      response.end(body)
    }
    if (url.pathname === '/simulator/asked') return send({ status: 200, body: JSON.stringify(asked) })
    if (url.pathname === '/simulator/faults') {
      text(request).then(
        (body) => {
          faults.push(...(JSON.parse(body) as string[]))
          send({ status: 200, body: '{}' })
        },
        () => response.destroy(),
      )
      return
    }
    if (url.pathname.startsWith('/images/')) {
      response.writeHead(200, { 'content-type': 'image/png' })
      return response.end(PIXEL)
    }
    asked.push(url.pathname + url.search)
    const fault = faults.shift()
    const keyless = refused(request.headers)
    if (fault !== undefined) send(FAULTS[fault]!)
    else if (keyless) send(keyless)
    else if (url.pathname === '/api/v3/key')
      send({ status: 200, body: '{"plan":"Analyst","rate_limit_request_per_minute":500}' })
    else send(coingecko.answer(url, now()))
  })
}

function keyError(status: number, code: number, message: string): Answer {
  return { status, body: JSON.stringify({ status: { error_code: code, error_message: message } }) }
}

/** A picture of one point. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
