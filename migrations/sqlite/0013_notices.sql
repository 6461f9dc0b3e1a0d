-- What Meta tells without being asked: how numbers stand with it, the notices of that, and what is handed on to the operator.

alter table phone_numbers add column standing text not null default '{}';
alter table phone_numbers add column connection text not null default 'connected';

-- One row for what is meant, however often it is told. Worked on once `next_at` is null, and remembered for as long as Meta
-- may tell it again.
create table meta_notices (
    id blob primary key,
    digest blob not null unique,
    notice text not null,
    received_at integer not null,
    next_at integer,
    tries integer not null default 0,
    lease_until integer,
    fence integer not null default 0
) strict;
create index meta_notices_due on meta_notices (next_at) where next_at is not null;
create index meta_notices_oldest on meta_notices (received_at);

create table meta_forwards (
    id blob primary key,
    digest blob not null unique,
    body_sealed blob not null,
    signature text not null,
    received_at integer not null,
    next_at integer not null,
    tries integer not null default 0,
    lease_until integer,
    fence integer not null default 0
) strict;
create index meta_forwards_due on meta_forwards (next_at);
