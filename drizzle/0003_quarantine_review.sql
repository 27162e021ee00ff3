ALTER TABLE "quarantine" ADD COLUMN "interval" smallint;--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "candle" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "review" text;