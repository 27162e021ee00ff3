/**
 * What is wrong with an answer of the server.
 */

/** The answer breaks the rules of the wire; `path` names the field. */
export class WireError extends Error {
  override readonly name: string = 'WireError'
  readonly path: string

  constructor(path: string, message: string) {
    super(`${path}: ${message}`)
    this.path = path
  }
}

/** The server speaks a later format: the app must be updated, nothing may be changed. */
export class WireFormatError extends WireError {
  override readonly name = 'WireFormatError'
  readonly format: number

  constructor(path: string, format: number) {
    super(path, `format ${format}, this program reads format 1: update Crypto Tracker`)
    this.format = format
  }
}
