/**
 * The embedded database's files, synced to disk in the order that a power cut needs. PGlite's own never syncs anything, so
 * after a power cut pages may be on disk of which the log is not.
 *
 * PostgreSQL asks for a sync of its log at every commit, which would hold up this whole process each time. Here the log is
 * synced in the background, once a second, and at once before anything else is written: so its rule holds that no page
 * reaches the disk before its log, and a power cut takes the last second, never more. All other syncs are done as asked.
 */
import { closeSync, fdatasyncSync, fsyncSync, openSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { NodeFS } from '@electric-sql/pglite/nodefs'

/** What of Emscripten's file system is used here. */
interface Stream {
  readonly node: object
  /** The file's descriptor; none of a folder. */
  readonly nfd?: number
}
type Write = (
  stream: Stream,
  memory: Int8Array<ArrayBuffer>,
  offset: number,
  length: number,
  position?: number,
) => number
interface EmscriptenModule {
  readonly FS: { quit(): void }
  stackRestore?(pointer: number): void
  _PostgresMainLoopOnce?(): void
  _PostgresSendReadyForQueryIfNecessary?(): void
  _pgl_pq_flush?(): void
  readonly NODEFS: {
    readonly stream_ops: { write: Write; fsync?: (stream: Stream) => number }
    realPath(node: object): string
  }
}

const LOG = /[\\/]pg_wal[\\/][0-9A-F]{24}$/
const SYNC_EVERY_MS = 1000
/** PGlite's POSTGRES_MAIN_LONGJMP. */
const LONG_JUMP = 100

export class DurableFiles extends NodeFS {
  /** Files of the log with commits in them that are not on disk yet, and how many commits. */
  readonly #loose = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> = Promise.resolve()
  #failure: unknown = null
  #module: EmscriptenModule | null = null

  constructor(folder: string) {
    super(folder)
    this.#timer = setInterval(() => this.#syncBehind(), SYNC_EVERY_MS).unref()
  }

  override async init(...[client, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(client, options)
    const watch = (module: unknown) => this.#watch(module as EmscriptenModule)
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), watch] } }
  }

  /** Why nothing more is written; null while all is well. */
  get failure(): unknown {
    // The engine's files know errors by number only.
    const isTold = this.#failure === null || this.#failure instanceof Error
    return isTold ? this.#failure : new Error('its log cannot be written; is the disk full?')
  }

  /** Leaves the files as they are: their log says what was committed. */
  abandon(): void {
    this.#failure ??= new Error('the database was given up')
    clearInterval(this.#timer)
    this.#module?.FS.quit()
  }

  override async closeFs(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    this.#syncNow()
    await super.closeFs()
  }

  #watch(module: EmscriptenModule): void {
    this.#module = module
    this.#watchForPanic(module)
    const { NODEFS } = module
    const { stream_ops: operations } = NODEFS
    const { write } = operations
    const logs = new WeakMap<object, boolean>()
    const isLog = ({ node }: Stream) => {
      const known = logs.get(node)
      if (known !== undefined) return known
      const is = LOG.test(NODEFS.realPath(node))
      logs.set(node, is)
      return is
    }
    operations.write = (stream, memory, offset, length, position) => {
      if (this.#failure) throw this.#failure
      if (this.#loose.size > 0 && !isLog(stream) && !isBlank(memory, offset, length)) this.#syncNow()
      try {
        return write(stream, memory, offset, length, position)
      } catch (error) {
        // A table that cannot grow fails its statement and no more; a log that is torn must not be written on.
        if (isLog(stream)) {
          this.#failure = error
          this.#halt(module)
        }
        throw error
      }
    }
    operations.fsync = (stream) => {
      const path = NODEFS.realPath(stream.node)
      if (LOG.test(path)) this.#loose.set(path, (this.#loose.get(path) ?? 0) + 1)
      else if (stream.nfd === undefined) syncFolder(path)
      else fsyncSync(stream.nfd)
      return 0
    }
  }

  /** A refused statement leaves by a long jump; whatever else the engine is left by is a panic, whichever file it was about. */
  #watchForPanic(module: EmscriptenModule): void {
    const once = module._PostgresMainLoopOnce
    if (!once)
      throw new Error('this PGlite has another main loop: a panic of its engine would freeze the server')
    module._PostgresMainLoopOnce = () => {
      try {
        once()
      } catch (error) {
        if ((error as { status?: unknown }).status !== LONG_JUMP) {
          this.#failure ??= new Error('it panicked; is the disk full?', { cause: error })
          this.#halt(module)
        }
        throw error
      }
    }
  }

  /**
   * After a panic PGlite's loop calls the engine again, even for the rollback, and that waits for its own lock for ever. So
   * nothing of it is called any more: whoever asks gets the failure.
   */
  #halt(module: EmscriptenModule): void {
    const fail = () => {
      throw this.#failure
    }
    module._PostgresMainLoopOnce = fail
    module.stackRestore = fail
    module._PostgresSendReadyForQueryIfNecessary = () => {}
    module._pgl_pq_flush = () => {}
  }

  #syncNow(): void {
    for (const path of this.#loose.keys()) {
      withFile(path, 'r+', fdatasyncSync)
      this.#loose.delete(path)
    }
  }

  /** A file stays loose until its sync has ended, and beyond that where more was written meanwhile. */
  #syncBehind(): void {
    this.#running = this.#running.then(async () => {
      try {
        for (const [path, commits] of this.#loose) {
          await syncFile(path)
          if (this.#loose.get(path) === commits) this.#loose.delete(path)
        }
      } catch (error) {
        this.#failure = error
      }
    })
  }
}

const BLANK = Buffer.alloc(256 * 1024)

/** A table that grows is filled with zeros first; these say nothing that a log would have to say before. */
function isBlank(memory: Int8Array<ArrayBuffer>, offset: number, length: number): boolean {
  const bytes = Buffer.from(memory.buffer, memory.byteOffset + offset, length)
  return length <= BLANK.length && bytes.equals(BLANK.subarray(0, length))
}

async function syncFile(path: string): Promise<void> {
  try {
    await using file = await open(path, 'r+')
    await file.datasync()
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

function withFile(path: string, flags: string, work: (file: number) => void): void {
  let file: number
  try {
    file = openSync(path, flags)
  } catch (error) {
    if (isGone(error)) return
    throw error
  }
  try {
    work(file)
  } finally {
    closeSync(file)
  }
}

/** A checkpoint takes away files of the log, after it has synced what they said. */
function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** Names of files are on disk when their folder is; Windows has no such thing. */
function syncFolder(path: string): void {
  if (process.platform !== 'win32') withFile(path, 'r', fsyncSync)
}
