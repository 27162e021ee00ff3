/** All questions of ingest to its sources pass here: whether a source can be reached at all is told to people once. */
import type { Logger } from 'pino'
import { SourceError, type Provider } from '../providers/types.ts'
import { Reach } from './reach.ts'

export class Asking {
  readonly #providers: readonly Provider[]
  readonly #log: Logger
  readonly #reaches = new Map<string, Reach>()

  /** @param providers may grow */
  constructor(providers: readonly Provider[], log: Logger) {
    this.#providers = providers
    this.#log = log
  }

  /** @throws SourceError */
  async ask<T>(source: string, question: (provider: Provider) => Promise<T>): Promise<T> {
    const provider = this.#providers.find((one) => one.source === source)!
    const reach = this.#reaches.get(source) ?? new Reach(source, this.#log)
    this.#reaches.set(source, reach)
    try {
      const answer = await question(provider)
      reach.succeeded()
      return answer
    } catch (error) {
      if (error instanceof SourceError) reach.failed(error, provider.health().failures)
      throw error
    }
  }
}

/** The source is in good health but does not want this question. */
export function isRefusal({ status }: SourceError): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 429
}
