-- Webhooks, and the outbox: a delivery is written in the transaction that made its event true.

create table webhooks (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    phone_number_id text,
    url text not null,
    kind text not null check (kind in ('kapso', 'meta')),
    events text not null,
    active integer not null check (active in (0, 1)),
    secret_sealed blob not null,
    previous_secret_sealed blob,
    previous_secret_until integer,
    headers_sealed blob not null,
    buffering text not null,
    payload_version text not null,
    created_at integer not null,
    updated_at integer not null,
    lease_until integer,
    fence integer not null default 0
) strict;
create index webhooks_newest on webhooks (project_id, created_at desc, id desc);

create table deliveries (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    webhook_id blob not null references webhooks (id) on delete cascade,
    event text not null,
    webhook_url text not null,
    phone_number_id text,
    body text not null,
    status text not null check (status in ('pending', 'delivered', 'failed')),
    attempt_count integer not null default 0,
    next_at integer not null,
    response_status integer,
    response_head text,
    last_attempt_at integer,
    delivered_at integer,
    failed_at integer,
    created_at integer not null
) strict;
create index deliveries_due on deliveries (webhook_id, next_at) where status = 'pending';
create index deliveries_newest on deliveries (project_id, created_at desc, id desc);
