/**
 * The log: one line an event on stderr, JSON for programs, short text for a person at a terminal.
 * Results and the start's own lines go to stdout, never here.
 */
import { pino, type Logger } from 'pino'
import type { LogLevel } from './config.ts'

/** Fields of pino's own that the text form leaves out or prints apart. */
const OWN_FIELDS = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err'])

export function createLog(level: LogLevel): Logger {
  if (!process.stderr.isTTY) return pino({ level, base: null }, pino.destination(2))
  return pino({ level, base: null }, { write: (line: string) => process.stderr.write(readable(line)) })
}

/** `12:00:01 warn  coinbase: 429 … (market=coinbase:BTC-USD)`. */
function readable(line: string): string {
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
  return `${time} ${label.padEnd(5)} ${message.filter(Boolean).join(': ')}${rest.length ? ` (${rest.join(' ')})` : ''}\n`
}
