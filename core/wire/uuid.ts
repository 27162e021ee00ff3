/**
 * UUIDs, the names of archives: lower-case text in JSON, 16 bytes in the tail.
 */

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Whether the text is a UUID in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Uint8Array {
  const digits = uuid.replaceAll('-', '')
  return Uint8Array.from({ length: 16 }, (_, index) => parseInt(digits.slice(2 * index, 2 * index + 2), 16))
}

/** The text of 16 bytes. */
export function uuidText(bytes: Uint8Array): string {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
