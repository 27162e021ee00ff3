/**
 * `node ask.mjs URL [FILE]`: asks once and prints `{status, headers, body}` as JSON, a redirect not followed; exit code 1 without
 * an answer. FILE holds the one authority that is trusted. A program of its own, since the stack lies in another network.
 */
import { readFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'

const [url = '', authority] = process.argv.slice(2)
const request = url.startsWith('https:') ? httpsRequest : httpRequest
const options = { timeout: 10_000, ...(authority ? { ca: readFileSync(authority) } : {}) }
const sent = request(url, options, async (response) => {
  const { statusCode: status, headers } = response
  console.log(JSON.stringify({ status, headers, body: await text(response) }))
})
sent.once('timeout', () => sent.destroy(new Error('no answer within 10 s')))
sent.once('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
sent.end()
