-- What calls of the API leave behind: the secrets that sign redirects, the answers of POSTs that came with an
-- Idempotency-Key, and how much each key has called.

alter table projects add column redirect_secret_sealed blob;
alter table projects add column previous_redirect_secret_sealed blob;
alter table projects add column previous_redirect_secret_until integer;

create table idempotency_keys (
    key_digest blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    request_digest blob not null,
    claim integer not null,
    lease_until integer,
    answer_sealed blob,
    created_at integer not null
) strict;
create index idempotency_keys_oldest on idempotency_keys (created_at);

create table api_rates (
    key_id blob primary key references api_keys (id) on delete cascade,
    full_at integer not null
) strict;
