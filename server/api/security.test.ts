import { expect, test } from 'vitest'
import { securityHeaders } from './security.ts'

test.each([
  ['https://prices.example.org', true],
  ['https://prices.example.org:443', true],
  // Browsers would hold it against every other port of the host for a year.
  ['https://prices.example.org:8443', false],
  ['https://localhost', false],
  ['https://localhost:8000', false],
  ['https://app.localhost', false],
  ['http://prices.example.org', false],
])('to browsers of %s "only https from now on" is said: %s', (address, isSaid) => {
  expect('strict-transport-security' in securityHeaders(address)).toBe(isSaid)
})
