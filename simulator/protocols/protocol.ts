/** How the simulated exchange is spoken to: the protocol of one real exchange over the simulated markets. */
import type { Tick } from '../exchange.ts'
import { ANYWHERE_FAULTS, type AnswerFault, type Fault, type WildFault } from '../faults.ts'
import { spoil, type HttpAnswer } from '../faulty.ts'

/** Faults of an HTTP answer: those of any exchange, and those that some were seen to make. */
export type HttpFault = AnswerFault | WildFault

export interface Protocol {
  /** Answers a GET of this path and query at this instant, well. */
  answer(url: URL, nowMs: number): HttpAnswer
  /** More was asked than the limit allows. */
  refusal(nowMs: number): HttpAnswer
  /** The same text whenever the same is asked: the end of a live slice moves with the clock. */
  question(url: URL): string
  /** The faults that this good answer may have. */
  possible(url: URL, good: HttpAnswer): readonly HttpFault[]
  /** @param ask gives the good answer to another question */
  spoil(fault: Fault<HttpFault>, url: URL, nowMs: number, ask: (url: URL) => HttpAnswer): HttpAnswer
  /** Answered before anything else, for as long as it lasts: a ban. */
  closed?(nowMs: number): HttpAnswer | null
  /** Counts beyond those of any exchange. */
  stats?(): Readonly<Record<string, number>>
  /** null while nothing was traded; undefined where there is no such product, or no socket. */
  tick(id: string, nowMs: number): Tick | null | undefined
}

/** Spoils an answer in a way that needs no knowledge of what it is about. */
export function spoilAnywhere(
  { kind, stream }: Fault<HttpFault>,
  url: URL,
  ask: (url: URL) => HttpAnswer,
): HttpAnswer {
  const anywhere = ANYWHERE_FAULTS.find((one) => one === kind)
  return anywhere ? spoil({ kind: anywhere, stream }, 'other', url, ask) : ask(url)
}
