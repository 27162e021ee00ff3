/**
 * The least that an installed page can be, for the app to be held against: a page and its script that draws one line,
 * kept by the app's own service worker in the app's own cache (which takes no page without the app's name in it).
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export const BARE_PATH = '/bare.html'

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="application-name" content="Crypto Tracker" />
    <title>Bare</title>
    <script src="/bare.js" defer></script>
  </head>
  <body><canvas width="990" height="620" style="width: 376px; height: 236px"></canvas></body>
</html>
`

const SCRIPT = `requestAnimationFrame(() => {
  const context = document.querySelector('canvas').getContext('2d')
  for (let x = 0; x < 990; x++) context.lineTo(x, 310 + 200 * Math.sin(x / 40))
  context.stroke()
})
`

/**
 * Copies the built app and puts the bare page among the files that its service worker keeps.
 *
 * @throws Error when the worker's list of files is not where it was
 */
export async function withBarePage(build: string, folder: string): Promise<void> {
  await cp(build, folder, { recursive: true })
  await writeFile(join(folder, 'bare.html'), PAGE)
  await writeFile(join(folder, 'bare.js'), SCRIPT)
  const worker = join(folder, 'service-worker.js')
  const code = await readFile(worker, 'utf8')
  const last = '"url":"index.html"}'
  if (!code.includes(last)) throw new Error(`${worker}: its list of files does not name index.html`)
  const bare = ['bare.html', 'bare.js'].map((url) => `{"revision":"1","url":"${url}"}`)
  await writeFile(worker, code.replace(last, [last, ...bare].join(',')))
}
