-- What a platform sets of a number, what its last health check found, and what Meta is still to be told of those that went.

alter table phone_numbers add column inbound_processing_enabled boolean not null default true;
alter table phone_numbers add column calls_enabled boolean not null default false;
alter table phone_numbers add column webhook_verified_at bigint;
alter table phone_numbers add column health jsonb;
alter table phone_numbers add column health_asked_at bigint;
create index phone_numbers_of_account on phone_numbers (business_account_id);
create index phone_numbers_of_customer on phone_numbers (customer_id);

create table releases (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    phone_number_id text not null,
    business_account_id text not null,
    deregister boolean not null,
    token_sealed bytea not null,
    tries integer not null default 0,
    created_at bigint not null,
    next_at bigint not null,
    lease_until bigint,
    fence bigint not null default 0
);
create index releases_due on releases (next_at);
create index releases_of_account on releases (business_account_id);
create index releases_of_number on releases (phone_number_id);

-- Who is connecting a number of an account right now: its subscription is not ended meanwhile.
create table account_holds (
    id uuid primary key,
    business_account_id text not null,
    held_until bigint not null
);
create index account_holds_of_account on account_holds (business_account_id);
