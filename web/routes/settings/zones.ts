/** The time zones that this device knows, by the cities that name them. */
import { isZone, type Zone } from '$core/time/zone.ts'

/** How many are listed at once: enough to find one's own by a few letters. */
const MOST = 60

/** Cities whose zone some browsers still list under the name of before. */
const RENAMED: Readonly<Record<string, string>> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Louisville': 'America/Kentucky/Louisville',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
}

type Named = Exclude<Zone, 'local' | 'utc'>

/** By the name of today where the browser understands it. */
function listedZones(): Named[] {
  return Intl.supportedValuesOf('timeZone')
    .map((name) => (isZone(RENAMED[name]) ? RENAMED[name] : name))
    .filter((name): name is Named => name.includes('/'))
    .sort()
}

/** `Buenos Aires` for `America/Argentina/Buenos_Aires`, with what lies around it: `Buenos Aires, Argentina, America`. */
export function zoneName(zone: Zone): string {
  return zone.split('/').reverse().join(', ').replaceAll('_', ' ')
}

/** The device's own and UTC first, then those whose name holds every word. */
export function matchingZones(wanted: string): Zone[] {
  const words = plain(wanted).split(' ').filter(Boolean)
  const named = listedZones()
  if (words.length === 0) return ['local', 'utc', ...named.slice(0, MOST)]
  const fits = (name: string) => words.every((word) => plain(name).includes(word))
  const own: Zone[] = fits('utc gmt') ? ['utc'] : []
  return [...own, ...named.filter(fits).slice(0, MOST)]
}

/** Without accents, case and the signs between words. */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[_/,\s-]+/g, ' ')
    .trim()
}
