/**
 * Looks for markets at all sources while somebody types: each source is asked for itself, so a slow one holds up none, and
 * never twice at once, so its limit is not spent on half-written words.
 */
import { readFound, readSources, type FoundAnswer } from '../../../core/wire/found.ts'
import { askOwner } from '../owner/ask.ts'
import type { Words } from '../owner/told.ts'
import { messageOf } from '../owner/trouble.ts'

/** How a source stands with what is looked for. */
export interface SourceSearch {
  readonly source: string
  readonly isAsking: boolean
  /** Why it gave nothing, in words; null where it did. */
  readonly trouble: Words | null
  /** Its newest answer, perhaps to an earlier text. */
  readonly answer: FoundAnswer | null
  /** The text that was answered. */
  readonly answered: string | null
}

const PAUSE_MS = 250
/** A source that has not been opened yet reads its whole list first. */
const DEADLINE_MS = 60_000

export class Finder {
  #searches = $state.raw<readonly SourceSearch[]>([])
  #trouble = $state.raw<Words | null>(null)
  #text = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined
  #sources: Promise<readonly string[]> | null = null

  get searches(): readonly SourceSearch[] {
    return this.#searches
  }
  /** Why nothing can be looked for at all; null where it can. */
  get trouble(): Words | null {
    return this.#trouble
  }
  get text(): string {
    return this.#text
  }
  /** Something is still on its way. */
  get isAsking(): boolean {
    return this.#text !== '' && this.#searches.some(({ isAsking }) => isAsking)
  }

  /** Looks for this from now on; empty text looks for nothing. */
  look(text: string): void {
    const wanted = text.trim()
    if (wanted === this.#text && this.#trouble === null) return
    this.#text = wanted
    clearTimeout(this.#timer)
    if (wanted !== '') this.#timer = setTimeout(() => void this.#askAll(), PAUSE_MS)
  }

  async #askAll(): Promise<void> {
    try {
      this.#sources ??= askOwner('/admin/sources').then(readSources)
      const sources = await this.#sources
      this.#trouble = null
      if (this.#searches.length === 0) this.#searches = sources.map((source) => ({ source, ...UNASKED }))
      for (const source of sources) void this.#ask(source)
    } catch (error) {
      this.#sources = null
      this.#trouble = messageOf(error)
    }
  }

  async #ask(source: string): Promise<void> {
    if (this.#of(source).isAsking) return
    const text = this.#text
    this.#change(source, { isAsking: true })
    const query = `text=${encodeURIComponent(text)}&source=${encodeURIComponent(source)}`
    const news = await askOwner(`/admin/search?${query}`, DEADLINE_MS).then(
      (json) => ({ answer: readFound(json), trouble: null }),
      (error: unknown) => ({ answer: null, trouble: messageOf(error) }),
    )
    this.#change(source, { ...news, answered: text, isAsking: false })
    // Something else was written meanwhile.
    if (this.#text !== '' && this.#text !== text) void this.#ask(source)
  }

  #of(source: string): SourceSearch {
    return this.#searches.find((one) => one.source === source)!
  }

  #change(source: string, news: Partial<SourceSearch>): void {
    this.#searches = this.#searches.map((one) => (one.source === source ? { ...one, ...news } : one))
  }
}

const UNASKED = { isAsking: false, trouble: null, answer: null, answered: null }
