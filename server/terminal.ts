/** What others wrote, shown on a terminal: a source or a file can hold bytes that command it, or turn the reading of a line around. */
const COMMANDS = /[\p{Cc}\p{Bidi_Control}]/gu

/** The text with � for each such byte; line breaks and tabs stay where `keepLines` says so. */
export function harmless(text: string, keepLines = false): string {
  return text.replace(COMMANDS, (c) => (keepLines && /[\n\t]/.test(c) ? c : '\uFFFD'))
}
