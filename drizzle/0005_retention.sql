ALTER TABLE "series" ADD COLUMN "dropped_from" integer;--> statement-breakpoint
ALTER TABLE "series" ADD COLUMN "dropped_to" integer;