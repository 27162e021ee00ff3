/**
 * The one way to a source: every request passes its limiter and its circuit, its raw text and headers are captured before
 * anything is parsed, and a failure is a `SourceError` that speaks for or against the source. It knows no prices.
 */
import type { Logger } from 'pino'
import type { MarketId } from '../../core/market.ts'
import type { RawAnswer } from '../archive/types.ts'
import type { Clock } from '../clock.ts'
import { hiding } from '../secrets.ts'
import { Circuit } from './circuit.ts'
import { Limiter, LimiterClosed } from './limiter.ts'
import { sparedUntilMs, toldQuota, type Quota, type ToldQuota } from './quota.ts'
import { tellingSent } from './sent.ts'
import { isJson, readJson, request, TRUSTED_CLOCK_DIFFERENCE_MS, type Answer } from './transport.ts'
import {
  SourceError,
  type KeepRaw,
  type LastAnswer,
  type Priority,
  type ProviderHealth,
  type RequestOutcome,
} from './types.ts'

/** What a provider is opened with, whatever library builds its requests. */
export interface ClientOptions {
  readonly requestsPerSecond: number
  readonly keepRaw: KeepRaw
  readonly clock: Clock
  readonly log: Logger
  /** What to do about a refusal, to be said behind its words; empty where it says enough. */
  readonly advice?: (answer: Answer) => string
  /** While it says no, nothing leaves; not there = always. */
  readonly mayAsk?: () => boolean
  /** The source takes no request for so long yet, as it told somebody before. */
  readonly pausedMs?: number
  /** Tests only; 10 s. */
  readonly deadlineMs?: number
  readonly random?: () => number
}

/** Who asks, and what about. */
export interface Question {
  readonly priority: Priority
  /** The market that is asked about; null for several or all. */
  readonly subject: MarketId | null
}

const CONCURRENCY = 16
const HEADERS = { accept: 'application/json', 'user-agent': 'crypto-tracker' }

export class SourceClient {
  readonly source: string
  readonly #options: ClientOptions
  readonly #limiter: Limiter
  readonly #circuit: Circuit
  readonly #requests: Record<RequestOutcome, number>
  #lastAnswer: LastAnswer | null = null
  #told: ToldQuota | null = null
  #isTheirClockTrusted = false
  /** The last thing that the source said was that these are too many requests. */
  #isLimited = false

  constructor(source: string, options: ClientOptions) {
    this.source = source
    this.#options = options
    this.#limiter = new Limiter({
      requestsPerSecond: options.requestsPerSecond,
      concurrency: CONCURRENCY,
    })
    if (options.pausedMs) this.#limiter.pauseFor(options.pausedMs)
    this.#circuit = new Circuit(this.#limiter, options.random ?? Math.random)
    this.#requests = { answered: 0, refused: 0, 'too-many': 0, failed: 0, unreachable: 0 }
  }

  /**
   * Sends one request at its turn.
   *
   * @param headers that are secrets: an answer that repeats one is taken without it
   * @param seen is handed the answer before it is read, good or not
   * @param accept reads the JSON of a good answer, numbers as `LosslessNumber`; what it throws counts like a bad answer
   * @throws SourceError, LimiterClosed
   */
  send<T>(
    url: string,
    { priority, subject }: Question,
    headers: Readonly<Record<string, string>>,
    seen: (answer: Answer) => void,
    accept: (value: unknown, answer: Answer) => Promise<T> | T,
  ): Promise<T> {
    return this.#limiter.run(priority, async (sent) => {
      const mayAsk = () => this.#options.mayAsk?.() !== false
      if (!mayAsk()) throw new LimiterClosed()
      // Between here and the network this process may have stood still.
      const leaving = () => {
        sent()
        return mayAsk()
      }
      const begun = this.#circuit.begin()
      let answer: Answer | null = null
      try {
        const startedMs = performance.now()
        const came = await tellingSent(leaving, () =>
          request(this.source, url, { ...HEADERS, ...headers }, this.#options),
        )
        answer = { ...came, text: hiding(Object.values(headers))(came.text) }
        this.#lastAnswer = lastAnswerOf(answer, performance.now() - startedMs)
        this.#hear(answer)
        seen(answer)
        const { clock, advice } = this.#options
        const json = readJson(this.source, answer, clock.now(), advice?.(answer))
        const value = await accept(json, answer)
        this.#circuit.succeeded()
        this.#isLimited = false
        this.#requests.answered++
        return value
      } catch (error) {
        if (error instanceof SourceError) this.#failed(begun, error, answer, subject)
        throw error
      }
    })
  }

  /** From here on so many requests leave in a second at most. */
  setPace(requestsPerSecond: number): void {
    this.#limiter.setPace(requestsPerSecond)
  }

  health(): ProviderHealth {
    const pauseMs = this.#limiter.pauseLeftMs()
    const nextTryMs = pauseMs > 0 ? Math.ceil(this.#options.clock.now() + pauseMs) : null
    return {
      source: this.source,
      requestsPerSecond: this.#limiter.requestsPerSecond,
      available: this.#limiter.available(),
      pending: this.#limiter.pending(),
      failures: this.#circuit.failures,
      requests: { ...this.#requests },
      lastError: this.#circuit.last?.message ?? null,
      lastTold: this.#circuit.last?.told ?? null,
      lastAnswer: this.#lastAnswer,
      nextTryMs,
      limitedUntilMs: this.#isLimited ? nextTryMs : null,
      circuit: !this.#limiter.isNarrow ? 'closed' : nextTryMs === null ? 'probing' : 'open',
      quota: this.#quota(),
      byPriority: this.#limiter.byPriority(),
    }
  }

  /** Obeys what the source says of its limit before it has to refuse. */
  #hear({ headers }: Answer): void {
    const nowMs = this.#options.clock.now()
    const told = toldQuota(headers, nowMs)
    if (!told) return
    this.#told = told
    const untilMs = sparedUntilMs(told)
    if (untilMs !== null) this.#limiter.pauseFor(untilMs - nowMs)
  }

  #quota(): Quota {
    const used = this.#limiter.lastMinute()
    return {
      used,
      left: Math.max(0, Math.floor(this.#limiter.requestsPerSecond * 60) - used),
      told: this.#told,
    }
  }

  /** Whoever waits is turned away. */
  close(): void {
    this.#limiter.close()
  }

  /** When it was asked, by our clock, or by the source's where that one is behind. */
  readAt(answer: Answer): number {
    const theirs = Date.parse(answer.headers.get('date') ?? '') + 1000
    const behind = answer.sentMs - theirs
    // Once the two agreed, it is ours that was set.
    this.#isTheirClockTrusted ||= Math.abs(behind) < TRUSTED_CLOCK_DIFFERENCE_MS
    return behind > 0 && this.#isTheirClockTrusted ? theirs : answer.sentMs
  }

  /** The error of an answer that is well-formed and yet none to what was asked; its raw text is kept. */
  malformed(answer: Answer, what: string, cause?: unknown): SourceError {
    this.#options.keepRaw(this.raw(answer))
    return new SourceError(
      this.source,
      `${this.source}: ${what}: ${answer.text.slice(0, 100)} (${answer.url})`,
      answer.status,
      null,
      { code: 'source-nonsense', source: this.source, answer: answer.text.slice(0, 100) },
      cause,
    )
  }

  raw({ url, sentMs, status, text }: Answer): RawAnswer {
    return { source: this.source, url, atMs: sentMs, status, body: text }
  }

  #failed(begun: number, error: SourceError, answer: Answer | null, subject: MarketId | null): void {
    if (answer) this.#options.keepRaw(this.raw(answer))
    this.#options.log.debug({ err: error }, 'a request failed')
    const { message, told, status, retryAtMs } = error
    this.#requests[outcomeOf(status)]++
    this.#isLimited = isTooMany(status)
    if (status !== null && isOnlyRefusal(status)) return this.#circuit.succeeded()
    const isAnswered =
      status !== null && status !== 429 && (status >= 500 || (answer !== null && isJson(answer)))
    this.#circuit.failed(begun, {
      message,
      told,
      isTooMany: isTooMany(status),
      waitMs: retryAtMs === null ? null : retryAtMs - this.#options.clock.now(),
      subject: isAnswered ? subject : null,
    })
  }
}

function lastAnswerOf({ status, headers, sentMs }: Answer, latencyMs: number): LastAnswer {
  const dateMs = Date.parse(headers.get('date') ?? '')
  return { status, atMs: sentMs, latencyMs, clockOffsetMs: Number.isNaN(dateMs) ? null : dateMs - sentMs }
}

function isTooMany(status: number | null): boolean {
  return status === 429 || status === 418
}

function outcomeOf(status: number | null): RequestOutcome {
  if (status === null) return 'unreachable'
  if (isTooMany(status)) return 'too-many'
  return isOnlyRefusal(status) ? 'refused' : 'failed'
}

/** "No such product" and the like are answers of a source in good health. */
function isOnlyRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![401, 403, 408, 418, 425, 429, 451].includes(status)
}
