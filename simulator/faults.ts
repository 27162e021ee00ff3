/**
 * When the simulated exchange misbehaves: rules that say how often, how and for how long, drawn from a seed. The n-th
 * asking of the same question meets the same fault whatever else is asked in between, so a seed replays a run.
 */
import { z } from 'zod'
import { randomStream, uniform } from './random.ts'

/** Faults that any answer may have, whatever it is about. */
export const ANYWHERE_FAULTS = [
  'too-many',
  'too-many-retry-after',
  'server-error',
  'slow',
  'timeout',
  'reset',
  'cut-off',
  'truncated',
  'html',
  'content-type',
  'empty-body',
] as const

/** Faults of an HTTP answer as a whole. */
const WHOLE_FAULTS = [...ANYWHERE_FAULTS, 'empty-list', 'delisted'] as const

/** Faults of the rows of candles in it, some of a price as well. */
export const ROW_FAULTS = [
  'duplicates',
  'disorder',
  'overlap',
  'repeated-page',
  'null-rows',
  'nan',
  'negative',
  'zero',
  'high-below-low',
  'text-numbers',
  'milliseconds',
  'off-grid',
  'future',
  'spike',
] as const

export const ANSWER_FAULTS = [...WHOLE_FAULTS, ...ROW_FAULTS] as const

/** What single exchanges were seen to answer, each in its own protocol only: `docs/reliability.md` tells of each. */
export const WILD_FAULTS = [
  'limit-200',
  'cloudflare',
  'restricted',
  'banned',
  'cloudfront',
  'twice',
  'page-end',
  'float-volumes',
  'exceeds-300',
] as const

/** Faults of the socket, judged anew each second of each connection; `socket-refuse` at each handshake. */
export const SOCKET_FAULTS = [
  'socket-refuse',
  'socket-silent',
  'socket-drop',
  'socket-garbage',
  'socket-giant',
  'socket-flood',
  'socket-lie',
] as const

export type RowFault = (typeof ROW_FAULTS)[number]
export type AnswerFault = (typeof ANSWER_FAULTS)[number]
export type WildFault = (typeof WILD_FAULTS)[number]
type SocketFault = (typeof SOCKET_FAULTS)[number]
export type FaultKind = AnswerFault | WildFault | SocketFault

const Rule = z.strictObject({
  /** The share of answers that are faulty. */
  rate: z.number().min(0).max(1).default(1),
  seed: z.string().max(200).default('1'),
  kinds: z
    .array(z.enum([...ANSWER_FAULTS, ...WILD_FAULTS, ...SOCKET_FAULTS]))
    .min(1)
    .default([...ANSWER_FAULTS]),
  /** Only questions whose path and query contain it. */
  path: z.string().max(200).default(''),
  /** From so many seconds after the rule was given on. */
  after_seconds: z.number().min(0).default(0),
  for_seconds: z.number().min(0).nullable().default(null),
  /** Over after so many faults. */
  count: z.number().int().min(0).nullable().default(null),
})

const Rules = z.strictObject({ rules: z.array(Rule).max(100) })

export type FaultRule = z.output<typeof Rule>
/** What may be left out of a rule has a default. */
export type GivenRule = z.input<typeof Rule>

/** A fault, and what its details are drawn from. */
export interface Fault<K extends FaultKind = FaultKind> {
  readonly kind: K
  readonly stream: string
}

interface Standing {
  readonly rule: FaultRule
  readonly sinceMs: number
  left: number
  /** How often each question was asked under this rule. */
  readonly asked: Map<string, number>
}

/** @throws z.ZodError when the text is no set of rules; SyntaxError when it is no JSON */
export function readRules(text: string): readonly FaultRule[] {
  return Rules.parse(JSON.parse(text)).rules
}

export class Faults {
  readonly given: Record<string, number> = {}
  #standing: readonly Standing[] = []

  get rules(): readonly FaultRule[] {
    return this.#standing.map(({ rule }) => rule)
  }

  /** These rules and no others from now on. */
  set(rules: readonly FaultRule[]): void {
    const sinceMs = performance.now()
    this.#standing = rules.map((rule) => ({ rule, sinceMs, left: rule.count ?? Infinity, asked: new Map() }))
  }

  /**
   * The fault that this asking of the question meets, of one of the kinds that are possible; null for none. The first
   * rule that has one decides.
   */
  draw<K extends FaultKind>(path: string, question: string, possible: readonly K[]): Fault<K> | null {
    for (const standing of this.#standing) {
      const fault = drawOne(standing, path, question, possible)
      if (!fault) continue
      this.given[fault.kind] = (this.given[fault.kind] ?? 0) + 1
      return fault
    }
    return null
  }
}

function drawOne<K extends FaultKind>(
  standing: Standing,
  path: string,
  question: string,
  possible: readonly K[],
): Fault<K> | null {
  const { rule, sinceMs, asked } = standing
  const seconds = (performance.now() - sinceMs) / 1000 - rule.after_seconds
  if (seconds < 0 || (rule.for_seconds !== null && seconds >= rule.for_seconds)) return null
  const kinds = possible.filter((kind) => (rule.kinds as readonly FaultKind[]).includes(kind))
  if (standing.left <= 0 || kinds.length === 0 || !path.includes(rule.path)) return null
  const times = (asked.get(question) ?? 0) + 1
  asked.set(question, times)
  const stream = `${rule.seed}/${question}/${times}`
  const bits = randomStream(stream)
  if (uniform(bits) >= rule.rate) return null
  standing.left--
  return { kind: kinds[Math.floor(uniform(bits) * kinds.length)]!, stream }
}
