-- What calls of the API leave behind: the secrets that sign redirects, the answers of POSTs that came with an
-- Idempotency-Key, and how much each key has called.

alter table projects add column redirect_secret_sealed bytea;
alter table projects add column previous_redirect_secret_sealed bytea;
alter table projects add column previous_redirect_secret_until bigint;

create table idempotency_keys (
    key_digest bytea primary key,
    project_id uuid not null references projects (id) on delete cascade,
    request_digest bytea not null,
    claim bigint not null,
    lease_until bigint,
    answer_sealed bytea,
    created_at bigint not null
);
create index idempotency_keys_oldest on idempotency_keys (created_at);

-- Not logged: a call need not wait for the disk, and after a crash every key starts with all its calls.
create unlogged table api_rates (
    key_id uuid primary key references api_keys (id) on delete cascade,
    full_at bigint not null
);
