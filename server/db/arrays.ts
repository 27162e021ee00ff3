/**
 * Columns of values as one text parameter each, `{1,2,NULL}`, to be cast in SQL: `${list}::text::int[]`.
 * One parameter a column however many rows there are (PostgreSQL takes 65,535), and both drivers pass text untouched.
 */

/** Numbers, decimals and booleans; null stands as NULL. */
export function list(values: readonly (number | string | boolean | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`
}

/** Any text, quoted. */
export function textList(values: readonly (string | null)[]): string {
  return list(values.map((value) => (value === null ? null : `"${value.replace(/["\\]/g, '\\$&')}"`)))
}
