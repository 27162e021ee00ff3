/** The owner's last look at the server, in localStorage, so that it is there without a network. */
import { readGapsAnswer, readIngestAnswer, readQuarantineAnswer } from '../../../core/wire/read-owner.ts'
import { PICTURE_KEY } from '../owner/owner.svelte.ts'
import type { GapsPicture, Picture } from './admin.svelte.ts'

/** localStorage is small: so many rows and stretches are kept. */
const MOST = 200

interface Kept {
  readonly picture: Picture | null
  readonly gaps: GapsPicture | null
}

const NOTHING: Kept = { picture: null, gaps: null }

/** Read like an answer, since another version may have written it. */
export function keptPicture(): Kept {
  try {
    const text = localStorage.getItem(PICTURE_KEY)
    if (text === null) return NOTHING
    const { picture, gaps } = JSON.parse(text) as Kept
    return {
      picture: picture && {
        asOfMs: Number(picture.asOfMs),
        ingest: readIngestAnswer(picture.ingest),
        quarantine: readQuarantineAnswer({ rows: picture.quarantine }),
      },
      gaps: gaps && { asOfMs: Number(gaps.asOfMs), answer: readGapsAnswer(gaps.answer) },
    }
  } catch {
    // Storage is denied, or what lies there is no picture: the server tells it anew.
    return NOTHING
  }
}

export function keepPicture({ picture, gaps }: Kept): void {
  const small: Kept = {
    picture: picture && { ...picture, quarantine: picture.quarantine.slice(0, MOST) },
    gaps: gaps && {
      ...gaps,
      answer: {
        ...gaps.answer,
        gaps: gaps.answer.gaps.slice(0, MOST),
        more: gaps.answer.more || gaps.answer.gaps.length > MOST,
      },
    },
  }
  try {
    localStorage.setItem(PICTURE_KEY, JSON.stringify(small))
  } catch {
    // No room or no storage: the screen then needs the server.
  }
}
