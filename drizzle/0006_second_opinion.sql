ALTER TABLE "quarantine" ADD COLUMN "second_market" text;--> statement-breakpoint
ALTER TABLE "quarantine" ADD COLUMN "basis_points" bigint;