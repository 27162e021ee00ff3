/** All questions of ingest to its sources pass here: whether a source can be reached at all is told to people once. */
import type { Logger } from 'pino'
import { SourceError, type Provider } from '../providers/types.ts'
import { Reach } from './reach.ts'

export class Asking {
  readonly #sources: ReadonlyMap<string, { provider: Provider; reach: Reach }>

  constructor(providers: readonly Provider[], log: Logger) {
    this.#sources = new Map(
      providers.map((provider) => [provider.source, { provider, reach: new Reach(provider.source, log) }]),
    )
  }

  /** @throws SourceError */
  async ask<T>(source: string, question: (provider: Provider) => Promise<T>): Promise<T> {
    const { provider, reach } = this.#sources.get(source)!
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
