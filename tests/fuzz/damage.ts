/** Ways to damage valid input: bytes, text, and JSON values. The same random numbers, the same damage. */
import { below, pick } from './attack.ts'

type Damage = (bytes: Uint8Array, random: () => number, others: readonly Uint8Array[]) => Uint8Array

/** Damages one of the valid originals: bits, lengths, ends, mixtures, noise. */
export function damageBytes(originals: readonly Uint8Array[], random: () => number): Uint8Array {
  return pick(random, DAMAGES)(pick(random, originals), random, originals)
}

const flipBits =
  (reach: (bytes: Uint8Array) => number): Damage =>
  (bytes, random) => {
    const out = bytes.slice()
    if (out.length === 0) return out
    for (let flip = below(random, 6); flip >= 0; flip--)
      out[below(random, reach(out))]! ^= 1 << below(random, 8)
    return out
  }

const DAMAGES: readonly Damage[] = [
  flipBits((bytes) => bytes.length),
  flipBits((bytes) => Math.min(bytes.length, 40)),
  // One byte of the head to any value, small and extreme ones more often.
  (bytes, random) => {
    const out = bytes.slice()
    out[4 + below(random, 60)] = [0, 1, 255, 128, below(random, 256), below(random, 10)][below(random, 6)]!
    return out
  },
  // Cut short, or with something behind.
  (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  (bytes, random) => {
    const out = new Uint8Array(bytes.length + 1 + below(random, 20))
    out.set(bytes)
    return out
  },
  // A stretch taken out, so that lengths and counts shift against each other.
  (bytes, random) => {
    const from = below(random, bytes.length)
    const to = from + below(random, 12)
    return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)])
  },
  // The head of one and the body of another.
  (bytes, random, others) => {
    const other = pick(random, others)
    const at = below(random, Math.min(bytes.length, other.length))
    return Uint8Array.from([...bytes.subarray(0, at), ...other.subarray(at)])
  },
  // Noise, sometimes behind a good beginning.
  (bytes, random) => {
    const out = Uint8Array.from({ length: below(random, 300) }, () => below(random, 256))
    out.set(bytes.subarray(0, Math.min(below(random, 60), out.length)))
    return out
  },
]

/** Words that have broken readers of text before. */
const HOSTILE_TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  '\uFEFF',
  '\uD800',
  '"',
  '""',
  '"\n"',
  "'; DROP TABLE candles; --",
  '../../etc/passwd',
  '%00',
  '%zz',
  '<script>alert(1)</script>',
  '${7*7}',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'Infinity',
  '-0',
  '0x10',
  '1e400',
  '1e-400',
  '9007199254740993',
  '999999999999999999999999999999',
  '-1',
  '0.1.2',
  '1,5',
  '٣',
  'null',
  'true',
  '[]',
  '{}',
  '2024-02-30T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  '1970-01-01',
  '9'.repeat(400),
  'a'.repeat(5_000),
]

/** Some hostile text, now and then noise. */
export function hostileText(random: () => number): string {
  return random() < 0.8
    ? pick(random, HOSTILE_TEXTS)
    : String.fromCharCode(...Array.from({ length: below(random, 20) }, () => below(random, 0x10000)))
}

/** The text with a stretch taken out, doubled, replaced by something hostile, or cut. */
export function damageText(text: string, random: () => number): string {
  let out = text
  for (let times = below(random, 3); times >= 0; times--) {
    const from = below(random, out.length + 1)
    const to = Math.min(out.length, from + below(random, 12))
    const middle = pick(random, [() => '', () => out.slice(from, to).repeat(2), () => hostileText(random)])()
    out = out.slice(0, from) + middle + (random() < 0.1 ? '' : out.slice(to))
  }
  return out
}

const HOSTILE_VALUES: readonly ((random: () => number) => unknown)[] = [
  hostileText,
  () => null,
  () => [],
  () => ({}),
  () => true,
  () => 0,
  () => -1,
  () => 1.5,
  () => Number.MAX_SAFE_INTEGER + 1,
  () => 1e308,
  () => JSON.parse('{"__proto__":{"removed":true},"constructor":1}') as unknown,
  (random) => Array.from({ length: below(random, 200) }, () => hostileText(random)),
  (random) => nested(below(random, 2_000)),
]

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { chunks: value }
  return value
}

/** The JSON value with some of its parts replaced, left out, doubled or moved; the original is not touched. */
export function damageJson(value: unknown, random: () => number): unknown {
  if (random() < 0.02) return pick(random, HOSTILE_VALUES)(random)
  const root: { value: unknown } = { value: structuredClone(value) }
  for (let times = below(random, 4); times >= 0; times--) {
    const [holder, key] = anyPlace(root, random)
    const kind = below(random, 4)
    if (kind === 0) Reflect.deleteProperty(holder, key)
    else if (kind === 1) put(holder, hostileText(random), holder[key])
    else put(holder, key, pick(random, HOSTILE_VALUES)(random))
  }
  // Only what JSON can carry reaches a border.
  return root.value === undefined ? undefined : (JSON.parse(JSON.stringify(root.value)) as unknown)
}

/** As JSON.parse would: `__proto__` is a name like any other. */
function put(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder) && key === 'length') return
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true })
}

type Holder = Record<string, unknown>

/** Goes down from the root along random keys and stops somewhere. */
function anyPlace(root: { value: unknown }, random: () => number): [Holder, string] {
  let holder: Holder = root
  let key = 'value'
  for (;;) {
    const value = holder[key]
    if (typeof value !== 'object' || value === null || random() < 0.1) return [holder, key]
    const keys = Object.keys(value)
    if (keys.length === 0) return [holder, key]
    holder = value as Holder
    key = pick(random, keys)
  }
}
