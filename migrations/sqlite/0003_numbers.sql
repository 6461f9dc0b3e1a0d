-- What a platform sets of a number, what its last health check found, and what Meta is still to be told of those that went.

alter table phone_numbers add column inbound_processing_enabled integer not null default 1
    check (inbound_processing_enabled in (0, 1));
alter table phone_numbers add column calls_enabled integer not null default 0 check (calls_enabled in (0, 1));
alter table phone_numbers add column webhook_verified_at integer;
alter table phone_numbers add column health text;
alter table phone_numbers add column health_asked_at integer;
create index phone_numbers_of_account on phone_numbers (business_account_id);
create index phone_numbers_of_customer on phone_numbers (customer_id);

create table releases (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    phone_number_id text not null,
    business_account_id text not null,
    deregister integer not null check (deregister in (0, 1)),
    token_sealed blob not null,
    tries integer not null default 0,
    created_at integer not null,
    next_at integer not null,
    lease_until integer,
    fence integer not null default 0
) strict;
create index releases_due on releases (next_at);
create index releases_of_account on releases (business_account_id);
create index releases_of_number on releases (phone_number_id);

-- Who is connecting a number of an account right now: its subscription is not ended meanwhile.
create table account_holds (
    id blob primary key,
    business_account_id text not null,
    held_until integer not null
) strict;
create index account_holds_of_account on account_holds (business_account_id);
