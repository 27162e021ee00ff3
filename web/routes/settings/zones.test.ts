import { expect, test } from 'vitest'
import { matchingZones, zoneName } from './zones.ts'

test('a zone is named by its city first', () => {
  expect(zoneName('America/Argentina/Buenos_Aires')).toBe('Buenos Aires, Argentina, America')
})

test('zones are found by words of their city or region, in any order and without accents', () => {
  expect(matchingZones('berlin')).toEqual(['Europe/Berlin'])
  expect(matchingZones('america  NEW york')).toEqual(['America/New_York'])
  expect(matchingZones('São Paulo')).toEqual(['America/Sao_Paulo'])
  // Some browsers list it as Calcutta.
  expect(matchingZones('kolkata')).toEqual(['Asia/Kolkata'])
  expect(matchingZones('utc')[0]).toBe('utc')
  expect(matchingZones('nowhere')).toEqual([])
})

test('without a word the device’s own and UTC come first', () => {
  expect(matchingZones(' ').slice(0, 2)).toEqual(['local', 'utc'])
})
