import { expect, test } from 'vitest'
import { createProxies, isNetwork } from './proxies.ts'

const request = (remoteAddress: string, headers: Record<string, string> = {}) => ({
  headers,
  socket: { remoteAddress },
})

test.each([
  ['nobody is trusted', [], '192.0.2.9', '198.51.100.1', '192.0.2.9'],
  ['the peer is no proxy', ['10.0.0.1'], '192.0.2.9', '198.51.100.1', '192.0.2.9'],
  ['the peer is one', ['10.0.0.1'], '10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['an IPv6 socket', ['10.0.0.1'], '::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['a client that forges an entry', ['10.0.0.1'], '10.0.0.1', '203.0.113.7, 198.51.100.1', '198.51.100.1'],
  ['a client that forges a proxy', ['private'], '172.18.0.2', '10.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['two proxies', ['10.0.0.0/8'], '10.0.0.1', '198.51.100.1, 10.0.0.2', '198.51.100.1'],
  ['ports', ['loopback'], '127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ['IPv6 with a port', ['loopback'], '::1', '[2001:db8::1]:4711', '2001:db8::1'],
  ['words', ['loopback'], '127.0.0.1', 'unknown', '127.0.0.1'],
  ['a word in the middle', ['loopback'], '127.0.0.1', '198.51.100.1, unknown', '127.0.0.1'],
  ['nothing', ['loopback'], '127.0.0.1', '', '127.0.0.1'],
  ['a network of another size', ['192.0.2.0/29'], '192.0.2.9', '198.51.100.1', '192.0.2.9'],
])('%s: the client is told right', (_, trusted, peer, forwarded, client) => {
  const headers = { 'x-forwarded-for': forwarded }
  expect(createProxies(trusted).clientOf(request(peer, headers))).toBe(client)
})

test('scheme and host are believed of a trusted proxy alone', () => {
  const { isHttps, hostOf, isUntrusted } = createProxies(['10.0.0.1'])
  const headers = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'prices.example.org',
    'x-forwarded-for': '198.51.100.1',
  }
  const trusted = request('10.0.0.1', headers)
  expect([isHttps(trusted), hostOf(trusted), isUntrusted(trusted)]).toEqual([
    true,
    'prices.example.org',
    false,
  ])
  const other = request('10.0.0.2', headers)
  expect([isHttps(other), hostOf(other), isUntrusted(other)]).toEqual([false, null, true])
  const silent = request('10.0.0.1')
  expect([isHttps(silent), isUntrusted(silent)]).toEqual([false, false])
})

test.each([
  ['10.0.0.0/8', true],
  ['fd00::/8', true],
  ['::1', true],
  ['private', true],
  ['loopback', true],
  ['10.0.0.0/33', false],
  ['10.0.0.0/', false],
  ['10.0.0', false],
  ['caddy', false],
  ['__proto__', false],
  ['10.0.0.0/8/8', false],
])('%s is a network: %s', (text, is) => expect(isNetwork(text)).toBe(is))
