/** What `doctor` found about one thing, and what to do about it. */
export interface Finding {
  readonly check:
    | 'settings'
    | 'keys'
    | 'database'
    | 'folder'
    | 'disk'
    | 'backup'
    | 'process'
    | 'source'
    | 'clock'
    | 'address'
  readonly status: 'ok' | 'warning' | 'fault'
  readonly finding: string
  /** null where nothing is to be done. */
  readonly todo: string | null
}

type Check = Finding['check']

export function ok(check: Check, finding: string): Finding {
  return { check, status: 'ok', finding, todo: null }
}

export function warning(check: Check, finding: string, todo: string): Finding {
  return { check, status: 'warning', finding, todo }
}

export function fault(check: Check, finding: string, todo: string): Finding {
  return { check, status: 'fault', finding, todo }
}

/** The message of whatever was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message || error.name : String(error)
}
