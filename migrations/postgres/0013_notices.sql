-- What Meta tells without being asked: how numbers stand with it, the notices of that, and what is handed on to the operator.

alter table phone_numbers add column standing jsonb not null default '{}';
alter table phone_numbers add column connection text not null default 'connected';

-- One row for what is meant, however often it is told. Worked on once `next_at` is null, and remembered for as long as Meta
-- may tell it again.
create table meta_notices (
    id uuid primary key,
    digest bytea not null unique,
    notice jsonb not null,
    received_at bigint not null,
    next_at bigint,
    tries integer not null default 0,
    lease_until bigint,
    fence bigint not null default 0
);
create index meta_notices_due on meta_notices (next_at) where next_at is not null;
create index meta_notices_oldest on meta_notices (received_at);

create table meta_forwards (
    id uuid primary key,
    digest bytea not null unique,
    body_sealed bytea not null,
    signature text not null,
    received_at bigint not null,
    next_at bigint not null,
    tries integer not null default 0,
    lease_until bigint,
    fence bigint not null default 0
);
create index meta_forwards_due on meta_forwards (next_at);
