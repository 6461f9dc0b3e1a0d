-- Times are milliseconds since 1970 in UTC. Columns named *_sealed hold AES-256-GCM seals, *_digest SHA-256 digests.

create table projects (
    id uuid primary key,
    name text not null,
    created_at bigint not null
);

create table api_keys (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    name text not null,
    digest bytea not null unique,
    created_at bigint not null,
    revoked_at bigint
);

create table customers (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    name text not null,
    external_customer_id text,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index customers_external_id on customers (project_id, external_customer_id);
create index customers_newest on customers (project_id, created_at desc, id desc);

create table setup_links (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    customer_id uuid not null references customers (id) on delete cascade,
    token_digest bytea not null unique,
    token_sealed bytea not null,
    status text not null check (status in ('active', 'used', 'expired', 'revoked')),
    terms jsonb not null,
    meta_billing_mode text not null,
    reconnect_phone_number_id text,
    reconnect_phone_number text,
    setup_status text not null check (setup_status in ('pending', 'processing', 'completed', 'failed')),
    setup_error text,
    created_at bigint not null,
    updated_at bigint not null,
    expires_at bigint not null
);
-- The promise that a customer has one active link.
create unique index setup_links_one_active on setup_links (customer_id) where status = 'active';
create index setup_links_newest on setup_links (customer_id, created_at desc, id desc);

create table signups (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    customer_id uuid not null references customers (id) on delete cascade,
    link_id uuid not null references setup_links (id) on delete cascade,
    connection_type text not null,
    language text,
    login_digest bytea not null unique,
    visitor_digest bytea not null,
    step text not null,
    state jsonb not null,
    code_sealed bytea,
    token_sealed bytea,
    token_expires_at bigint,
    pin_sealed bytea,
    business_id text,
    created_at bigint not null,
    returned_at bigint,
    ended_at bigint,
    deadline_at bigint,
    tries integer not null default 0,
    next_at bigint not null,
    lease_until bigint,
    fence bigint not null default 0
);
-- The promise that a link carries one signup at a time past Facebook: two tabs make one connection.
create unique index signups_one_running on signups (link_id) where returned_at is not null and ended_at is null;
create index signups_of_link on signups (link_id, created_at desc);
create index signups_due on signups (next_at) where returned_at is not null and ended_at is null;
create index signups_of_visitor on signups (visitor_digest, created_at desc);

create table phone_numbers (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    customer_id uuid not null references customers (id) on delete cascade,
    name text not null,
    phone_number_id text not null,
    business_account_id text not null,
    business_id text,
    is_coexistence boolean not null,
    display_phone_number text not null,
    digits text not null,
    verified_name text,
    quality_rating text,
    code_verification_status text,
    name_status text,
    status text,
    throughput_tier text,
    messaging_limit text,
    is_official_business_account boolean not null,
    is_pin_enabled boolean not null,
    token_sealed bytea not null,
    token_expires_at bigint,
    pin_sealed bytea,
    created_at bigint not null,
    updated_at bigint not null
);
-- The promise that a number is connected once in a project.
create unique index phone_numbers_once on phone_numbers (project_id, phone_number_id);
create index phone_numbers_newest on phone_numbers (project_id, created_at desc, id desc);

create table events (
    id uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    customer_id uuid not null references customers (id) on delete cascade,
    link_id uuid references setup_links (id) on delete cascade,
    name text not null,
    payload jsonb not null,
    created_at bigint not null
);
create index events_of_link on events (link_id, created_at);

create table sessions (
    id_digest bytea primary key,
    record_sealed bytea not null,
    expires_at bigint not null
);
create index sessions_expiry on sessions (expires_at);
