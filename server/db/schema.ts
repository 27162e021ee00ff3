/**
 * The tables, one schema for the embedded database and for PostgreSQL. Migrations in `drizzle/` are generated from here.
 *
 * Hot tables name a market by its small `key` and an interval by its code on the wire (1 = 1m, 2 = 1h, 3 = 1d). A place of
 * the grid is named by the `minute` at which it starts, counted from the Unix epoch: four bytes until the year 6053.
 */
import {
  bigint,
  boolean,
  customType,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  uuid,
} from 'drizzle-orm/pg-core'

const bytea = customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
/** One bit for each of the 300 places of a slice. */
const sliceBits = customType<{ data: string }>({ dataType: () => 'bit(300)' })
/** Milliseconds since the Unix epoch. */
const ms = (name: string) => bigint(name, { mode: 'number' })
const revision = () => bigint('revision', { mode: 'number' }).notNull()

/** One row: which archive this is, and its newest revision. */
export const head = pgTable('head', {
  one: boolean('one').primaryKey().default(true),
  archive: uuid('archive').notNull(),
  revision: revision(),
})

export const market = pgTable('market', {
  key: integer('key').primaryKey().generatedAlwaysAsIdentity(),
  id: text('id').notNull().unique(),
  source: text('source').notNull(),
  base: text('base').notNull(),
  quote: text('quote').notNull(),
  name: text('name').notNull(),
  /** The coin's ticker, where the identifier does not hold it. */
  symbol: text('symbol'),
  tick: numeric('tick'),
  status: text('status').notNull(),
  minutesFrom: ms('minutes_from'),
  /** Identifier of the market that it continues under a new name. */
  continues: text('continues'),
  /** Purged: only the name is left, for devices that still have to hear of it. */
  removed: boolean('removed').notNull().default(false),
  revision: revision(),
})

/** What is known of a series without looking at its places. */
export const series = pgTable(
  'series',
  {
    market: integer('market').notNull(),
    interval: smallint('interval').notNull(),
    firstMinute: integer('first_minute').notNull(),
    lastMinute: integer('last_minute').notNull(),
    lastClose: numeric('last_close').notNull(),
    /** Candles from here to there were dropped by retention; null where none were. */
    droppedFrom: integer('dropped_from'),
    droppedTo: integer('dropped_to'),
  },
  (t) => [primaryKey({ columns: [t.market, t.interval] })],
)

/** Present places that no chunk holds, those of the last 8 days, and late ones that wait to be sealed into their chunk. */
export const candle = pgTable(
  'candle',
  {
    revision: revision(),
    market: integer('market').notNull(),
    minute: integer('minute').notNull(),
    samples: integer('samples').notNull().default(0),
    interval: smallint('interval').notNull(),
    flags: smallint('flags').notNull().default(0),
    open: numeric('open').notNull(),
    high: numeric('high').notNull(),
    low: numeric('low').notNull(),
    close: numeric('close').notNull(),
    volume: numeric('volume'),
  },
  (t) => [
    primaryKey({ columns: [t.market, t.interval, t.minute] }),
    // By revision alone: with the series in front, a planner without statistics takes it for a span of minutes.
    index('candle_revision').on(t.revision),
  ],
)

/** Absent places: what is known of why. */
export const place = pgTable(
  'place',
  {
    /** 0 while its state has not changed for a device. */
    revision: revision(),
    lastRead: ms('last_read').notNull(),
    market: integer('market').notNull(),
    minute: integer('minute').notNull(),
    interval: smallint('interval').notNull(),
    state: smallint('state').notNull(),
    /** Honest readings without this bucket, at least a minute apart. */
    readings: smallint('readings').notNull(),
    /** null while the place is open. */
    reason: text('reason'),
  },
  (t) => [primaryKey({ columns: [t.market, t.interval, t.minute] }), index('place_revision').on(t.revision)],
)

export const coverage = pgTable(
  'coverage',
  {
    lastRead: ms('last_read').notNull(),
    market: integer('market').notNull(),
    fromMinute: integer('from_minute').notNull(),
    toMinute: integer('to_minute').notNull(),
    readTo: integer('read_to').notNull(),
    /** Every place before this minute was read after its settling time. */
    settledTo: integer('settled_to').notNull(),
    readings: integer('readings').notNull(),
    silences: integer('silences').notNull(),
    open: integer('open').notNull(),
    interval: smallint('interval').notNull(),
  },
  (t) => [primaryKey({ columns: [t.market, t.interval, t.fromMinute] })],
)

/** At which places of a slice any followed market of a source traded, and which markets were read: how outages are told. */
export const pulse = pgTable(
  'pulse',
  {
    source: text('source').notNull(),
    interval: smallint('interval').notNull(),
    fromMinute: integer('from_minute').notNull(),
    traded: sliceBits('traded').notNull(),
    markets: integer('markets').array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.source, t.interval, t.fromMinute] })],
)

/** The manifest. A period without any present place has an entry of 0 rows, which no device hears of. */
export const chunk = pgTable(
  'chunk',
  {
    revision: revision(),
    market: integer('market').notNull(),
    fromMinute: integer('from_minute').notNull(),
    toMinute: integer('to_minute').notNull(),
    rows: integer('rows').notNull(),
    expected: integer('expected').notNull(),
    interval: smallint('interval').notNull(),
    /** 1 price, 2 volume, as on the wire. */
    part: smallint('part').notNull(),
    removed: boolean('removed').notNull().default(false),
    /** Places changed since it was sealed: it is to be made anew. */
    dirty: boolean('dirty').notNull().default(false),
    period: text('period').notNull(),
    sha256: text('sha256').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.market, t.interval, t.period, t.part] }),
    index('chunk_revision').on(t.revision),
    index('chunk_sha256').on(t.sha256),
  ],
)

/**
 * The bytes of a chunk, compressed once: gzip is for clients that take no brotli, and made of it when one asks.
 * Replaced ones stay readable for a while.
 */
export const chunkBody = pgTable('chunk_body', {
  sha256: text('sha256').primaryKey(),
  replacedAt: ms('replaced_at'),
  size: integer('size').notNull(),
  brotliBytes: integer('brotli_bytes').notNull(),
  gzipBytes: integer('gzip_bytes').notNull(),
  brotliQuality: smallint('brotli_quality').notNull(),
  brotli: bytea('brotli').notNull(),
})

export const sample = pgTable(
  'sample',
  {
    at: ms('at').notNull(),
    market: integer('market').notNull(),
    price: numeric('price').notNull(),
  },
  (t) => [primaryKey({ columns: [t.market, t.at] })],
)

/** Answers of sources as they came, compressed with brotli. */
export const raw = pgTable(
  'raw',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: ms('at').notNull(),
    status: integer('status').notNull(),
    source: text('source').notNull(),
    url: text('url').notNull(),
    body: bytea('body').notNull(),
    // What it was asked, where it is an answer of candles that can be read again; else all null.
    market: text('market'),
    interval: smallint('interval'),
    fromMinute: integer('from_minute'),
    toMinute: integer('to_minute'),
    /** What closed later is not in it. */
    readAt: ms('read_at'),
    /** How the source itself names the market. */
    product: text('product'),
  },
  (t) => [index('raw_at').on(t.at), index('raw_slice').on(t.market, t.interval, t.fromMinute)],
)

/** The one link that signs the owner in, by the SHA-256 of its token. In no backup. */
export const ownerLink = pgTable('owner_link', {
  hash: text('hash').primaryKey(),
  expiresAt: ms('expires_at').notNull(),
})

/** Browsers that are signed in, by the SHA-256 of what their cookie holds. In no backup. */
export const ownerSession = pgTable('owner_session', {
  hash: text('hash').primaryKey(),
  expiresAt: ms('expires_at').notNull(),
})

/** Rows that broke the rules, as they came. */
export const quarantine = pgTable(
  'quarantine',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: ms('at').notNull(),
    start: ms('start'),
    source: text('source').notNull(),
    market: text('market'),
    interval: smallint('interval'),
    reason: text('reason').notNull(),
    raw: text('raw').notNull(),
    /** What it says as a candle of ours, where it keeps the rules and was refused for another reason; else empty. */
    candle: text('candle').notNull().default(''),
    /** accepted or rejected; null until somebody has looked at it. */
    review: text('review'),
    reviewedAt: ms('reviewed_at'),
    /** Which market of another source it was compared with, and how far above it lies. */
    secondMarket: text('second_market'),
    basisPoints: bigint('basis_points', { mode: 'number' }),
  },
  (t) => [index('quarantine_place').on(t.market, t.start)],
)

/** Processes that run on this database, by their own word. Times are the database's. In no backup, like the two below. */
export const processTable = pgTable('process', {
  id: uuid('id').primaryKey(),
  role: text('role').notNull(),
  version: text('version').notNull(),
  /** Machine and number of the process. */
  place: text('place').notNull(),
  startedAt: ms('started_at').notNull(),
  seenAt: ms('seen_at').notNull(),
})

/** Who speaks with a source, or keeps the archive up: one process at a time. */
export const lease = pgTable('lease', {
  name: text('name').primaryKey(),
  /** Another one whenever somebody takes it: writes under an older one are refused. */
  token: bigint('token', { mode: 'number' }).notNull(),
  holder: uuid('holder').notNull(),
  takenAt: ms('taken_at').notNull(),
  renewedAt: ms('renewed_at').notNull(),
  /** Free from then on. */
  expiresAt: ms('expires_at').notNull(),
  /** The source takes no request before; whoever takes the lease obeys it as well. */
  pausedUntil: ms('paused_until'),
  /** How the source stands, and its markets, as JSON. */
  standing: text('standing'),
  details: text('details'),
})

/** What somebody wants to know of a source, asked and answered through the database. */
export const question = pgTable('question', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  source: text('source').notNull(),
  kind: text('kind').notNull(),
  asked: text('asked').notNull(),
  askedAt: ms('asked_at').notNull(),
  /** JSON, once it is answered; or why it was not. */
  answer: text('answer'),
  failure: text('failure'),
})
