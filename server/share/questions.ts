/**
 * Questions to a source that only the holder of its lease may put to it: asked, and answered, through the database. What is
 * lost with a process that dies is asked again by whoever waits.
 */
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { MarketId } from '../../core/market.ts'
import { readTold, type Told } from '../../core/wire/told.ts'
import { rows, type Database } from '../db/database.ts'
import { notify } from '../db/notices.ts'
import { noticeText } from '../archive/notice.ts'
import { SourceError, type ListedMarket } from '../providers/types.ts'
import type { Source } from '../sources.ts'
import { DATABASE_NOW } from './leases.ts'

type Kind = 'listMarkets' | 'search' | 'names' | 'logos'

/** A source that is first to be taken over, has a long list and a slow limit answers within this time. */
const WITHIN_MS = 45_000
/** A notice that was missed costs so long. */
const LOOK_EVERY_MS = 2_000

const failure = z.object({ message: z.string(), status: z.number().nullable(), told: z.unknown().optional() })

export class Questions {
  readonly #database: Database
  readonly #waiting = new Map<number, () => void>()
  /** Questions that are being answered here. */
  readonly #underWay = new Set<number>()

  constructor(database: Database) {
    this.#database = database
  }

  /** An answer is there. */
  heard(id: number): void {
    this.#waiting.get(id)?.()
  }

  /**
   * Puts a question and waits for its answer.
   *
   * @throws SourceError as the holder had it, or where nobody answers
   */
  async ask(source: string, kind: Kind, asked: readonly unknown[]): Promise<unknown> {
    const id = await this.#database.write(async (tx) => {
      const [made] = await rows<{ id: string | number }>(
        tx,
        sql`INSERT INTO question (source, kind, asked, asked_at)
          VALUES (${source}, ${kind}, ${JSON.stringify(asked)}, ${DATABASE_NOW}) RETURNING id`,
      )
      const id = Number(made!.id)
      await notify(tx, noticeText({ kind: 'question', id, source }))
      return id
    })
    const endAt = performance.now() + WITHIN_MS
    while (performance.now() < endAt) {
      const answer = await this.#take(id)
      if (answer) return readAnswer(source, answer)
      await this.#noticeOf(id)
    }
    throw new SourceError(
      source,
      `${source}: the process that reads it gave no answer within ${WITHIN_MS / 1000} s`,
      null,
      null,
      { code: 'source-reader-silent', source, seconds: WITHIN_MS / 1000 },
    )
  }

  /** Answers what waits for this source, by asking it. */
  async answer(source: Source): Promise<void> {
    const open = await this.#database.read((tx) =>
      rows<{ id: string | number; kind: string; asked: string }>(
        tx,
        sql`SELECT id, kind, asked FROM question WHERE source = ${source.source} AND answer IS NULL AND failure IS NULL`,
      ),
    )
    await Promise.all(open.map(({ id, kind, asked }) => this.#answerOne(source, Number(id), kind, asked)))
  }

  async #answerOne(source: Source, id: number, kind: string, asked: string): Promise<void> {
    if (this.#underWay.has(id)) return
    this.#underWay.add(id)
    try {
      const [answer, failed] = await put(source, kind, JSON.parse(asked) as unknown[])
      await this.#database.write(async (tx) => {
        await rows(
          tx,
          sql`UPDATE question SET answer = ${answer}::text, failure = ${failed}::text WHERE id = ${id}`,
        )
        await notify(tx, noticeText({ kind: 'answer', id }))
      })
    } finally {
      this.#underWay.delete(id)
    }
  }

  async #take(id: number): Promise<{ answer: string | null; failure: string | null } | null> {
    return this.#database.write(async (tx) => {
      const [taken] = await rows<{ answer: string | null; failure: string | null }>(
        tx,
        sql`DELETE FROM question WHERE id = ${id} AND (answer IS NOT NULL OR failure IS NOT NULL)
          RETURNING answer, failure`,
      )
      return taken ?? null
    })
  }

  async #noticeOf(id: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LOOK_EVERY_MS)
      this.#waiting.set(id, () => {
        clearTimeout(timer)
        resolve()
      })
    })
    this.#waiting.delete(id)
  }
}

/** Puts one question to the source itself: the answer as JSON, or why there is none. */
async function put(
  source: Source,
  kind: string,
  asked: readonly unknown[],
): Promise<[answer: string | null, failure: string | null]> {
  try {
    return [JSON.stringify(await result(source, kind, asked)), null]
  } catch (error) {
    const { status, told } = error instanceof SourceError ? error : { status: null, told: null }
    const message = error instanceof Error ? error.message : String(error)
    return [null, JSON.stringify({ message, status, told })]
  }
}

async function result(source: Source, kind: string, [asked]: readonly unknown[]): Promise<unknown> {
  switch (kind) {
    case 'listMarkets':
      return source.listMarkets(asked as MarketId[])
    case 'search':
      return source.search?.(asked as string)
    case 'names':
      return [...(await source.names())]
    case 'logos':
      return [...((await source.logos?.(asked as string[])) ?? [])]
    default: {
      const message = `the process that reads ${source.source} is of another version and does not know "${kind}"`
      throw new SourceError(source.source, message, null, null, toldOf(source.source, message))
    }
  }
}

function readAnswer(
  source: string,
  { answer, failure: failed }: { answer: string | null; failure: string | null },
): unknown {
  if (failed === null) return JSON.parse(answer!)
  const { message, status, told } = failure.parse(JSON.parse(failed))
  throw new SourceError(source, message, status, null, readTold(told) ?? toldOf(source, message))
}

/** Of what no code knows. */
const toldOf = (source: string, message: string): Told => ({
  code: 'source-unreachable',
  source,
  why: message.slice(0, 200),
})

/** What the questions that need no source are asked of, and who answers the others. */
export type Ask = (kind: Kind, ...asked: readonly unknown[]) => Promise<unknown>

/** A source whose questions go to whoever may put them; what is known without asking is known here. */
export function farSource(known: Source, ask: Ask): Source {
  return {
    source: known.source,
    foundedMs: known.foundedMs,
    intervals: known.intervals,
    ...(known.isSampled !== undefined && { isSampled: known.isSampled }),
    get reach() {
      return known.reach
    },
    pricesAtOnce: known.pricesAtOnce,
    listMarkets: async (wanted) => (await ask('listMarkets', wanted)) as ListedMarket[],
    ...(known.search && { search: async (text: string) => (await ask('search', text)) as ListedMarket[] }),
    names: async () => new Map((await ask('names')) as [string, string][]),
    ...(known.logos && {
      logos: async (coins: readonly string[]) => new Map((await ask('logos', coins)) as [string, string][]),
    }),
    health: () => known.health(),
    close: () => known.close(),
  }
}
