import { expect, test } from 'vitest'
import { warnOfUnknownName } from './public-name.ts'

async function warnings(publicUrl: string): Promise<readonly string[]> {
  const said: string[] = []
  await warnOfUnknownName(publicUrl, { warn: (line: string) => void said.push(line) })
  return said
}

test('a name that is not known is said with what to do', async () => {
  const [said, ...others] = await warnings('https://prices.invalid')
  expect(said).toMatch(
    /^nobody finds this server at https:\/\/prices\.invalid, since the name prices\.invalid is not known \(.+\): enter it in the DNS/,
  )
  expect(others).toEqual([])
})

test.each(['http://localhost:8000', 'https://127.0.0.1', 'https://[::1]:8443'])(
  '%s is found',
  async (url) => {
    expect(await warnings(url)).toEqual([])
  },
)
