import { expect, test } from 'vitest'
import { unbuiltVariables } from './unbuilt.ts'

test('a variable that this version does not use is named, its value is not', () => {
  expect(unbuiltVariables({ VAPID_SUBJECT: 'x' })).toBe(
    'VAPID_SUBJECT is set, but this version does not use it yet',
  )
  expect(unbuiltVariables({ CHUNK_STORE: 's3://x', VAPID_PRIVATE_KEY_FILE: '/run/secret' })).toBe(
    'CHUNK_STORE, VAPID_PRIVATE_KEY are set, but this version does not use them yet',
  )
})

test('what it does use, what is empty, and what is not its own is no matter', () => {
  expect(
    unbuiltVariables({ PORT: '1', COINBASE_URL: 'x', ROLE: 'api', CHUNK_STORE: ' ', PATH: '/bin' }),
  ).toBeNull()
})
