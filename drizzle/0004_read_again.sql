ALTER TABLE "quarantine" ADD COLUMN "reviewed_at" bigint;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "market" text;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "interval" smallint;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "from_minute" integer;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "to_minute" integer;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "read_at" bigint;--> statement-breakpoint
ALTER TABLE "raw" ADD COLUMN "product" text;--> statement-breakpoint
CREATE INDEX "raw_slice" ON "raw" USING btree ("market","interval","from_minute");