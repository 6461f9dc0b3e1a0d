-- Webhooks, and the outbox: a delivery is written in the transaction that made its event true.

create table webhooks (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    phone_number_id text,
    url text not null,
    kind text not null check (kind in ('kapso', 'meta')),
    events jsonb not null,
    active boolean not null,
    secret_sealed bytea not null,
    previous_secret_sealed bytea,
    previous_secret_until bigint,
    headers_sealed bytea not null,
    buffering jsonb not null,
    payload_version text not null,
    created_at bigint not null,
    updated_at bigint not null,
    lease_until bigint,
    fence bigint not null default 0
);
create index webhooks_newest on webhooks (project_id, created_at desc, id desc);

create table deliveries (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    webhook_id uuid not null references webhooks (id) on delete cascade,
    event text not null,
    webhook_url text not null,
    phone_number_id text,
    body text not null,
    status text not null check (status in ('pending', 'delivered', 'failed')),
    attempt_count integer not null default 0,
    next_at bigint not null,
    response_status integer,
    response_head text,
    last_attempt_at bigint,
    delivered_at bigint,
    failed_at bigint,
    created_at bigint not null
);
create index deliveries_due on deliveries (webhook_id, next_at) where status = 'pending';
create index deliveries_newest on deliveries (project_id, created_at desc, id desc);
