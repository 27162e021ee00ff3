/**
 * WebKitGTK, the engine of Safari, driven by plain WebDriver requests. It has no emulation of a missing network, and
 * its storage ends with the session.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { findWebKit } from '../run/webkit.mjs'
import { until } from '../journey/processes.ts'
import { freePort } from './stage.ts'

/** The id of an element has this name in the protocol. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

export interface WebKit extends AsyncDisposable {
  goto(url: string): Promise<void>
  /** Runs a function of no outer names in the page, and waits for what it promises. */
  evaluate<Result, Given extends readonly unknown[]>(
    run: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result>
  /** Clicks what has exactly this text. */
  click(text: string): Promise<void>
}

/** @throws Error when it is not installed, or does not start */
export async function openWebKit(): Promise<WebKit> {
  const programs = findWebKit()
  if (!programs) throw new Error('no WebKit: run `apt-get install -y webkit2gtk-driver xvfb`')
  const screen = spawn(programs.screen, ['-displayfd', '1', '-screen', '0', '1280x1024x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [display] = (await once(createInterface({ input: screen.stdout }), 'line')) as [string]
  const port = await freePort()
  const driver = spawn(programs.driver, [`--port=${port}`], {
    env: { ...process.env, DISPLAY: `:${display}`, LANG: 'C.UTF-8' },
    stdio: 'ignore',
  })
  const end = async () => {
    for (const child of [driver, screen]) await ended(child)
  }
  try {
    const base = `http://127.0.0.1:${port}`
    await until('the WebDriver listens', 15_000, () =>
      fetch(`${base}/status`).then(
        () => true,
        () => null,
      ),
    )
    const options = { binary: programs.browser, args: ['--automation'] }
    const capabilities = {
      alwaysMatch: { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options },
    }
    const { sessionId } = await ask<{ sessionId: string }>('POST', `${base}/session`, { capabilities })
    return sessionOf(`${base}/session/${sessionId}`, end)
  } catch (error) {
    await end()
    throw error
  }
}

async function sessionOf(session: string, end: () => Promise<void>): Promise<WebKit> {
  await ask('POST', `${session}/timeouts`, { script: 60_000, pageLoad: 60_000, implicit: 20_000 })
  await ask('POST', `${session}/window/rect`, { width: 412, height: 839 })
  return {
    goto: async (url) => void (await ask('POST', `${session}/url`, { url })),
    async evaluate<Result>(run: unknown, ...given: readonly unknown[]) {
      const script = `const done = arguments[arguments.length - 1]
        Promise.resolve().then(() => (${String(run)})(...[...arguments].slice(0, -1))).then(
          (value) => done({ value }),
          (error) => done({ error: String(error) }))`
      const answer = await ask<{ value: Result; error?: string }>('POST', `${session}/execute/async`, {
        script,
        args: given,
      })
      if (answer.error !== undefined) throw new Error(`in the page: ${answer.error}`)
      return answer.value
    },
    async click(text) {
      const found = await ask<Record<string, string>>('POST', `${session}/element`, {
        using: 'xpath',
        value: `//*[normalize-space(text())="${text}"]`,
      })
      await ask('POST', `${session}/element/${found[ELEMENT]}/click`, {})
    },
    async [Symbol.asyncDispose]() {
      await ask('DELETE', session)
      await end()
    },
  }
}

/** @throws Error with the driver's own words */
async function ask<Value>(method: 'POST' | 'DELETE', url: string, body?: object): Promise<Value> {
  const answer = await fetch(url, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  })
  const { value } = (await answer.json()) as { value: Value & { error?: string; message?: string } }
  if (!answer.ok) throw new Error(`WebDriver ${url.split('/').at(-1)}: ${value.error}: ${value.message}`)
  return value
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}
