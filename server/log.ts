/**
 * The log: one line an event on stderr, JSON for programs, short text for a person at a terminal.
 * Results and the start's own lines go to stdout, never here.
 */
import { pino, type Logger } from 'pino'
import type { LogLevel } from './config.ts'
import { hiding } from './secrets.ts'
import { harmless } from './terminal.ts'

/** Fields of pino's own that the text form leaves out or prints apart. */
const OWN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])

/** @param secrets of the settings; whatever line would carry one goes without */
export function createLog(level: LogLevel, secrets: readonly string[]): Logger {
  const options = { level, base: null, hooks: { streamWrite: hiding(secrets) } }
  if (!process.stderr.isTTY) return pino(options, pino.destination(2))
  return pino(options, { write: (line: string) => process.stderr.write(readable(line)) })
}

/** `12:00:01 warn  coinbase: 429 … (market=coinbase:BTC-USD)`. */
export function readable(line: string): string {
  const record = JSON.parse(line) as Record<string, unknown>
  const time = new Date(Number(record['time'])).toISOString().slice(11, 19)
  const label = pino.levels.labels[Number(record['level'])] ?? '?'
  const rest = Object.entries(record)
    .filter(([key]) => !OWN_FIELDS.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const fault = record['err'] as { message?: string } | undefined
  const message = [
    record['msg'],
    fault && !String(record['msg']).includes(fault.message ?? '') && fault.message,
  ]
  const text = `${message.filter(Boolean).join(': ')}${rest.length ? ` (${rest.join(' ')})` : ''}`
  return `${time} ${label.padEnd(5)} ${harmless(text)}\n`
}
