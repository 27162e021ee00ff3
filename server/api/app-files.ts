/**
 * The built app, held in memory and sent compressed. Only files that were in the folder at the start can be asked for,
 * so no path leads out of it; a navigation to any other path gets the page.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiProblem, problemResponse } from './problem.ts'
import { pagePolicy } from './security.ts'
import { sendFile, staticFile, typeOf, warm, type StaticFile } from './static-file.ts'

export interface AppFiles {
  /** Answers a GET or HEAD that no route took. */
  answer(request: Request, path: string): Promise<Response>
  /** Compresses everything ahead of the first visitor, one file after the other. */
  warm(): Promise<void>
}

const PAGE = '/index.html'

/** Reads the folder; a folder that is not there gives an app that says how to build it. */
export async function loadAppFiles(folder: string): Promise<AppFiles> {
  const files = await readFiles(folder)
  const page = files.get(PAGE)
  const policy = page ? pagePolicy(Buffer.from(page.bytes).toString('utf8')) : null
  return {
    answer: async (request, path) => {
      const file = files.get(path === '/' ? PAGE : path) ?? (isNavigation(request, path) ? page : undefined)
      if (file) return sendFile(file, request, policy)
      return problemResponse(
        page
          ? new ApiProblem('not-found', `there is nothing at ${path.slice(0, 200)}`)
          : new ApiProblem(
              'unavailable',
              'the app is not built: run "npm run build", then start the server again',
            ),
      )
    },
    warm: () => warm(files.values()),
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, StaticFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  })
  const files = new Map<string, StaticFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const place = join(entry.parentPath, entry.name)
    const path = `/${place.slice(join(folder, '/').length).replaceAll('\\', '/')}`
    files.set(path, staticFile(entry.name, await readFile(place), path.startsWith('/_app/immutable/')))
  }
  return files
}

/** A path that is a place in the app: not one of the build's own files, nor something that looks like a file. */
function isNavigation(request: Request, path: string): boolean {
  if (path.startsWith('/_app/')) return false
  if (request.headers.get('accept')?.includes('text/html')) return true
  return typeOf(path) === undefined
}
