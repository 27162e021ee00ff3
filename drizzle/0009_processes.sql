CREATE TABLE "lease" (
	"name" text PRIMARY KEY NOT NULL,
	"token" bigint NOT NULL,
	"holder" uuid NOT NULL,
	"taken_at" bigint NOT NULL,
	"renewed_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"paused_until" bigint,
	"standing" text,
	"details" text
);
--> statement-breakpoint
CREATE TABLE "process" (
	"id" uuid PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"version" text NOT NULL,
	"place" text NOT NULL,
	"started_at" bigint NOT NULL,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "question" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "question_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"source" text NOT NULL,
	"kind" text NOT NULL,
	"asked" text NOT NULL,
	"asked_at" bigint NOT NULL,
	"answer" text,
	"failure" text
);
