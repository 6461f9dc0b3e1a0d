-- Numbers that are bought for customers. A number costs money until it is given back: its row outlives its link, its
-- customer and its project, and so refers to none of them.

-- What tells this deployment from another one on the same Twilio account.
create table deployments (
    one bigint primary key check (one = 1),
    mark text not null
);

create table twilio_accounts (
    project_id uuid primary key references projects (id) on delete cascade,
    account_sid text not null,
    auth_token_sealed bytea not null,
    api_key_sid text,
    api_key_secret_sealed bytea,
    countries jsonb not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index twilio_accounts_sid on twilio_accounts (account_sid);

create table provisioned_numbers (
    id uuid primary key,
    project_id uuid not null,
    customer_id uuid not null,
    link_id uuid not null,
    account_sid text not null,
    country_iso text not null,
    area_code text,
    mark text not null unique,
    status text not null check (status in ('wanted', 'picked', 'bought', 'connected', 'releasing', 'released', 'failed')),
    trouble text,
    phone_number text,
    takes_sms boolean not null default true,
    sid text,
    passed jsonb not null,
    listening_since bigint,
    listening_until bigint,
    code_sealed bytea,
    code_at bigint,
    recording_sid text,
    recording_at bigint,
    created_at bigint not null,
    bought_at bigint,
    connected_at bigint,
    release_at bigint,
    released_at bigint,
    tries integer not null default 0,
    next_at bigint not null,
    lease_until bigint,
    fence bigint not null default 0
);
-- The promise that no two links pick the same number: the second purchase would quietly take the first one over.
create unique index provisioned_numbers_once on provisioned_numbers (phone_number)
    where status in ('picked', 'bought', 'connected', 'releasing');
-- The promise that a link has one number at a time.
create unique index provisioned_numbers_one on provisioned_numbers (link_id)
    where status in ('wanted', 'picked', 'bought', 'connected');
create index provisioned_numbers_due on provisioned_numbers (next_at)
    where status in ('wanted', 'picked', 'bought', 'connected', 'releasing');
create index provisioned_numbers_newest on provisioned_numbers (project_id, created_at desc, id desc);
create index provisioned_numbers_of_link on provisioned_numbers (link_id, created_at desc);
create index provisioned_numbers_of_customer on provisioned_numbers (customer_id, created_at desc);
