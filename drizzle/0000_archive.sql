CREATE TABLE "candle" (
	"revision" bigint NOT NULL,
	"market" integer NOT NULL,
	"minute" integer NOT NULL,
	"samples" integer DEFAULT 0 NOT NULL,
	"interval" smallint NOT NULL,
	"flags" smallint DEFAULT 0 NOT NULL,
	"open" numeric NOT NULL,
	"high" numeric NOT NULL,
	"low" numeric NOT NULL,
	"close" numeric NOT NULL,
	"volume" numeric,
	CONSTRAINT "candle_market_interval_minute_pk" PRIMARY KEY("market","interval","minute")
);
--> statement-breakpoint
CREATE TABLE "chunk" (
	"revision" bigint NOT NULL,
	"market" integer NOT NULL,
	"from_minute" integer NOT NULL,
	"to_minute" integer NOT NULL,
	"rows" integer NOT NULL,
	"expected" integer NOT NULL,
	"interval" smallint NOT NULL,
	"part" smallint NOT NULL,
	"removed" boolean DEFAULT false NOT NULL,
	"dirty" boolean DEFAULT false NOT NULL,
	"period" text NOT NULL,
	"sha256" text NOT NULL,
	CONSTRAINT "chunk_market_interval_period_part_pk" PRIMARY KEY("market","interval","period","part")
);
--> statement-breakpoint
CREATE TABLE "chunk_body" (
	"sha256" text PRIMARY KEY NOT NULL,
	"replaced_at" bigint,
	"size" integer NOT NULL,
	"brotli_bytes" integer NOT NULL,
	"gzip_bytes" integer NOT NULL,
	"brotli_quality" smallint NOT NULL,
	"brotli" "bytea" NOT NULL,
	"gzip" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "coverage" (
	"last_read" bigint NOT NULL,
	"market" integer NOT NULL,
	"from_minute" integer NOT NULL,
	"to_minute" integer NOT NULL,
	"read_to" integer NOT NULL,
	"settled_to" integer NOT NULL,
	"readings" integer NOT NULL,
	"silences" integer NOT NULL,
	"open" integer NOT NULL,
	"interval" smallint NOT NULL,
	CONSTRAINT "coverage_market_interval_from_minute_pk" PRIMARY KEY("market","interval","from_minute")
);
--> statement-breakpoint
CREATE TABLE "head" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"archive" uuid NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "market" (
	"key" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "market_key_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"source" text NOT NULL,
	"base" text NOT NULL,
	"quote" text NOT NULL,
	"name" text NOT NULL,
	"tick" numeric,
	"status" text NOT NULL,
	"minutes_from" bigint,
	"removed" boolean DEFAULT false NOT NULL,
	"revision" bigint NOT NULL,
	CONSTRAINT "market_id_unique" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "place" (
	"revision" bigint NOT NULL,
	"last_read" bigint NOT NULL,
	"market" integer NOT NULL,
	"minute" integer NOT NULL,
	"interval" smallint NOT NULL,
	"state" smallint NOT NULL,
	"readings" smallint NOT NULL,
	"reason" text,
	CONSTRAINT "place_market_interval_minute_pk" PRIMARY KEY("market","interval","minute")
);
--> statement-breakpoint
CREATE TABLE "pulse" (
	"source" text NOT NULL,
	"interval" smallint NOT NULL,
	"from_minute" integer NOT NULL,
	"traded" bit(300) NOT NULL,
	"markets" integer[] NOT NULL,
	CONSTRAINT "pulse_source_interval_from_minute_pk" PRIMARY KEY("source","interval","from_minute")
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "quarantine_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"start" bigint,
	"source" text NOT NULL,
	"market" text,
	"reason" text NOT NULL,
	"raw" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "raw" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "raw_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"status" integer NOT NULL,
	"source" text NOT NULL,
	"url" text NOT NULL,
	"body" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sample" (
	"at" bigint NOT NULL,
	"market" integer NOT NULL,
	"price" numeric NOT NULL,
	CONSTRAINT "sample_market_at_pk" PRIMARY KEY("market","at")
);
--> statement-breakpoint
CREATE TABLE "series" (
	"market" integer NOT NULL,
	"interval" smallint NOT NULL,
	"first_minute" integer NOT NULL,
	"last_minute" integer NOT NULL,
	"last_close" numeric NOT NULL,
	CONSTRAINT "series_market_interval_pk" PRIMARY KEY("market","interval")
);
--> statement-breakpoint
CREATE INDEX "candle_revision" ON "candle" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "chunk_revision" ON "chunk" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "chunk_sha256" ON "chunk" USING btree ("sha256");--> statement-breakpoint
CREATE INDEX "place_revision" ON "place" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "quarantine_place" ON "quarantine" USING btree ("market","start");--> statement-breakpoint
CREATE INDEX "raw_at" ON "raw" USING btree ("at");