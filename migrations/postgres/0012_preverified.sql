-- A bought number in the solution partner's pool at Meta: verified beforehand, so that its customer sees no code.
-- Older versions leave these columns alone, and their customers type the code.
alter table provisioned_numbers add column pool_stage text
    check (pool_stage in ('adding', 'asking', 'waiting', 'verified', 'given_up', 'left'));
alter table provisioned_numbers add column pool_id text;
alter table provisioned_numbers add column pool_asked integer not null default 0;
alter table provisioned_numbers add column pool_began_at bigint;
alter table provisioned_numbers add column pool_next_at bigint;
alter table provisioned_numbers add column pool_expires_at bigint;
