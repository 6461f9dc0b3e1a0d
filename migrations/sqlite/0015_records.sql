-- What is kept: for how long, under which key, and of whom.

-- Small steps want indexes to step along.
create index signups_ended on signups (ended_at) where ended_at is not null;
create index signups_unreturned on signups (created_at) where step = 'login';
create index signups_of_customer on signups (customer_id);
create index events_of_customer on events (customer_id);
create index provisioned_numbers_over on provisioned_numbers (created_at) where status in ('released', 'failed');

-- Whom a delivery is about. It outlives its customer, whose deletion it may tell of, and so refers to nobody; null in rows of
-- versions from before this column.
alter table deliveries add column customer_id blob;
create index deliveries_of_customer on deliveries (customer_id) where customer_id is not null;
create index deliveries_unowned on deliveries (project_id) where customer_id is null;

-- A number whose customer is to be forgotten: its row goes as soon as the number is given back.
alter table provisioned_numbers add column erase_at integer;
create index provisioned_numbers_erased on provisioned_numbers (erase_at) where erase_at is not null;

-- The proof that a customer was erased, without the customer.
create table erasures (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    customer_digest blob not null,
    requested_by text not null,
    erased text not null,
    erased_at integer not null
) strict;
create unique index erasures_once on erasures (project_id, customer_digest);

-- Which processes serve, and the ids of their keys, the one that seals first.
create table key_holders (
    process blob primary key,
    key_ids text not null,
    seen_at integer not null
) strict;

-- Who is sealing anew, with which key, and when nothing was left to do.
create table reseals (
    one integer primary key check (one = 1),
    key_id text not null,
    holder blob,
    lease_until integer,
    done_at integer
) strict;
