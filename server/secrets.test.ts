import { expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { hiding, secretsOf } from './secrets.ts'

const TOKEN = 'a"token\\of-more-than-24-characters'

test('the secrets of the settings are hidden in every form in which they are written', () => {
  const config = readConfig({
    ADMIN_TOKEN: TOKEN,
    DATABASE_URL: 'postgres://user:pass%2Fword@localhost/db',
    COINGECKO_API_KEY: 'CG-abcdefgh',
  })
  const hide = hiding(secretsOf(config))
  const text = `${TOKEN} ${JSON.stringify({ TOKEN })} pass/word pass%2Fword CG-abcdefgh user`
  expect(hide(text)).toBe('[secret] {"TOKEN":"[secret]"} [secret] [secret] [secret] user')
})

test('without secrets, and with a password that may stand in any word, a text stays', () => {
  const config = readConfig({ DATABASE_URL: 'postgres://user:db@localhost/db' })
  expect(hiding(secretsOf(config))('the db of user')).toBe('the db of user')
  expect(hiding(secretsOf(readConfig({})))('nothing')).toBe('nothing')
})
