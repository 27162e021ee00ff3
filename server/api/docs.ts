/**
 * `/api/docs`: the OpenAPI document for people, by Swagger UI from this server alone. The library is loaded by that page
 * and by nothing else; its page has a policy of its own, without inline scripts or styles.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Api } from './context.ts'
import { ApiProblem } from './problem.ts'
import { sendFile, staticFile, warm, type StaticFile } from './static-file.ts'

export interface Docs {
  /** The page, without a name; else a file that belongs to it, null where there is none of that name. */
  file(name: string | null): StaticFile | null
  /** Compresses everything ahead of the first reader. */
  warm(): Promise<void>
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE = 'index.html'

export async function loadDocs(): Promise<Docs> {
  const library = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const own = join(import.meta.dirname, 'docs')
  const files = new Map<string, StaticFile>()
  for (const [folder, name] of [
    [own, PAGE],
    [own, 'page.css'],
    [own, 'page.js'],
    [library, 'swagger-ui.css'],
    [library, 'swagger-ui-bundle.js'],
  ] as const)
    files.set(name, staticFile(name, await readFile(join(folder, name))))
  return {
    file: (name) => (name === PAGE ? null : (files.get(name ?? PAGE) ?? null)),
    warm: () => warm(files.values()),
  }
}

export function addDocs(api: Api, docs: Docs): void {
  api.get('/api/docs', (c) => sendFile(docs.file(null)!, c.req.raw, POLICY))
  api.get('/api/docs/:name', (c) => {
    const file = docs.file(c.req.param('name'))
    if (!file) throw new ApiProblem('not-found', 'there is nothing here; the documentation is /api/docs')
    return sendFile(file, c.req.raw, POLICY)
  })
}
