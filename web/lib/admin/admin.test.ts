import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { owner, PICTURE_KEY } from '../owner/owner.svelte.ts'
import { admin } from './admin.svelte.ts'

const INGEST = { revision: 7, size: { database: 1, chunks: 1, rows: 1 }, tracked: [], backfill: [] }
const GAPS = { missing: {}, gaps: [], more: false }

/** What the server is asked, answered when the test says so. */
const asked = new Map<string, PromiseWithResolvers<Response>>()
const kept = new Map<string, string>()
let unwatch = (): void => undefined

beforeEach(() => {
  vi.stubGlobal('fetch', (address: string) => {
    const answer = Promise.withResolvers<Response>()
    asked.set(address.replace('/api/v1/admin/', ''), answer)
    return answer.promise
  })
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => kept.set(key, text),
    removeItem: (key: string) => kept.delete(key),
  })
  vi.stubGlobal('document', {
    visibilityState: 'visible',
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })
  owner.heard(true)
  unwatch = admin.watch()
})
afterEach(() => {
  unwatch()
  owner.heard(false)
  asked.clear()
  vi.unstubAllGlobals()
})

const answer = (path: string, json: object, status = 200) =>
  asked.get(path)?.resolve(Response.json(json, { status }))
function answerAll(): void {
  answer('ingest', INGEST)
  answer('quarantine?all=true', { rows: [] })
  answer('gaps', GAPS)
}

it('what the owner sees is kept, and nothing of it once the owner has signed out', async () => {
  answerAll()
  await expect.poll(() => admin.picture?.ingest.revision).toBe(7)
  await expect.poll(() => admin.gaps?.answer).toEqual(GAPS)
  expect(kept.has(PICTURE_KEY)).toBe(true)
  owner.heard(false)
  expect([admin.picture, admin.gaps, kept.has(PICTURE_KEY)]).toEqual([null, null, false])
})

it('a session that has ended elsewhere takes the picture along', async () => {
  answerAll()
  await expect.poll(() => admin.picture).not.toBeNull()
  asked.clear()
  const refused = admin.lookForGaps()
  answer('gaps', { detail: 'Sign in.' }, 401)
  await refused
  expect([admin.picture, admin.gaps, owner.isSignedIn, kept.has(PICTURE_KEY)]).toEqual([
    null,
    null,
    false,
    false,
  ])
})

it('an answer that comes after the sign-out is dropped', async () => {
  const late = admin.refresh()
  owner.heard(false)
  answerAll()
  await late
  // Nobody waits for the gaps that were asked for.
  await new Promise(setImmediate)
  expect([admin.picture, admin.gaps, admin.isReached, kept.has(PICTURE_KEY)]).toEqual([
    null,
    null,
    false,
    false,
  ])
})
