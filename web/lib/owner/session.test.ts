import { expect, test } from 'vitest'
import { tokenIn } from './session.ts'

const TOKEN = 'A-_'.repeat(14) + '9'

test('the token is found in a whole link, with what was copied along, and alone', () => {
  expect(tokenIn(`http://localhost:8000/api/v1/owner/sign-in?token=${TOKEN}`)).toBe(TOKEN)
  expect(
    tokenIn(`  Owner:    https://home.example/api/v1/owner/sign-in?token=${TOKEN} (once, within an hour)\n`),
  ).toBe(TOKEN)
  expect(tokenIn(TOKEN)).toBe(TOKEN)
})

test('what holds no token gives none', () => {
  expect(tokenIn('')).toBeNull()
  expect(tokenIn('http://localhost:8000/admin')).toBeNull()
  expect(tokenIn('http://localhost:8000/?token=short')).toBeNull()
  expect(tokenIn(`?token=${'x'.repeat(101)}`)).toBeNull()
})
