/**
 * The image's health check: exit code 0 when the server of this machine answers at `/up`. Plain JavaScript and Node's own
 * client, so that it starts fast and nothing else has to be installed.
 */
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

const { HOST = '', PORT = '8000', TLS_CERT } = process.env
const host = ['', '0.0.0.0', '::'].includes(HOST) ? 'localhost' : HOST
// Who signed the certificate does not matter here: the server asked is the one in this container.
const options = { host, port: PORT, path: '/up', timeout: 4_000, rejectUnauthorized: false }
const sent = (TLS_CERT ? httpsRequest : httpRequest)(options, (response) => {
  response.resume()
  process.exit(response.statusCode === 200 ? 0 : 1)
})
sent.once('timeout', () => sent.destroy(new Error('no answer within 4 s')))
sent.once('error', (error) => {
  console.error(`/up does not answer: ${error.message}`)
  process.exit(1)
})
sent.end()
