/** HTTP as bytes on a socket, where a client of good manners would not send it, and what came back. */
import { connect, type Socket } from 'node:net'
import { expect } from 'vitest'

export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends the bytes and reads until the server closes; a request that should be answered needs `Connection: close`. */
export async function talk(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  // A server that refuses early closes while the rest is still being sent.
  socket.on('error', () => {})
  socket.write(bytes)
  await closed(socket)
  return readAnswer(Buffer.concat(parts).toString())
}

/** When it is closed, in order or not. */
export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** A request with this first line, these headers and the Host that every request needs. */
export function requestText(line: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const all = { host: 'localhost', connection: 'close', ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return `${line} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}

/** The first answer in what a server sent. */
export function readAnswer(text: string): RawAnswer {
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: rest.join('\r\n\r\n'),
  }
}

/** A problem of RFC 9457 with this status, without anything of the server's inside. */
export function expectRawProblem(answer: RawAnswer, status: number, named?: string | RegExp): void {
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expectNothingInside(answer.body)
  const json = answer.body.slice(answer.body.indexOf('{'), answer.body.lastIndexOf('}') + 1)
  const problem = JSON.parse(json) as Record<string, unknown>
  expect(problem).toMatchObject({ type: expect.any(String), title: expect.any(String), status })
  if (named !== undefined) expect(problem['detail']).toMatch(named)
}

/** No stack trace, no path of a file, no words of the database or of a library. */
export function expectNothingInside(body: string): void {
  expect(body).not.toMatch(
    /\bat [^"]*:\d+|node_modules|\.(ts|mjs):|Error:|syntax error|relation \\?"|Failed query/,
  )
}
