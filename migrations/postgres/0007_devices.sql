-- When a second device said that it had opened the page, for the first one that waits for it.
alter table setup_links add column arrived_at bigint;
-- How the login's code came back (a code of the SDK is exchanged otherwise), and what the pop-up claimed of the number.
alter table signups add column way text not null default 'redirect';
alter table signups add column claim jsonb;
