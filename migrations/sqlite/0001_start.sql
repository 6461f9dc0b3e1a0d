-- Times are milliseconds since 1970 in UTC. Columns named *_sealed hold AES-256-GCM seals, *_digest SHA-256 digests.

create table projects (
    id blob primary key,
    name text not null,
    created_at integer not null
) strict;

create table api_keys (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    name text not null,
    digest blob not null unique,
    created_at integer not null,
    revoked_at integer
) strict;

create table customers (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    name text not null,
    external_customer_id text,
    created_at integer not null,
    updated_at integer not null
) strict;
create unique index customers_external_id on customers (project_id, external_customer_id);
create index customers_newest on customers (project_id, created_at desc, id desc);

create table setup_links (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    customer_id blob not null references customers (id) on delete cascade,
    token_digest blob not null unique,
    token_sealed blob not null,
    status text not null check (status in ('active', 'used', 'expired', 'revoked')),
    terms text not null,
    meta_billing_mode text not null,
    reconnect_phone_number_id text,
    reconnect_phone_number text,
    setup_status text not null check (setup_status in ('pending', 'processing', 'completed', 'failed')),
    setup_error text,
    created_at integer not null,
    updated_at integer not null,
    expires_at integer not null
) strict;
-- The promise that a customer has one active link.
create unique index setup_links_one_active on setup_links (customer_id) where status = 'active';
create index setup_links_newest on setup_links (customer_id, created_at desc, id desc);

create table signups (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    customer_id blob not null references customers (id) on delete cascade,
    link_id blob not null references setup_links (id) on delete cascade,
    connection_type text not null,
    language text,
    login_digest blob not null unique,
    visitor_digest blob not null,
    step text not null,
    state text not null,
    code_sealed blob,
    token_sealed blob,
    token_expires_at integer,
    pin_sealed blob,
    business_id text,
    created_at integer not null,
    returned_at integer,
    ended_at integer,
    deadline_at integer,
    tries integer not null default 0,
    next_at integer not null,
    lease_until integer,
    fence integer not null default 0
) strict;
-- The promise that a link carries one signup at a time past Facebook: two tabs make one connection.
create unique index signups_one_running on signups (link_id) where returned_at is not null and ended_at is null;
create index signups_of_link on signups (link_id, created_at desc);
create index signups_due on signups (next_at) where returned_at is not null and ended_at is null;
create index signups_of_visitor on signups (visitor_digest, created_at desc);

create table phone_numbers (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    customer_id blob not null references customers (id) on delete cascade,
    name text not null,
    phone_number_id text not null,
    business_account_id text not null,
    business_id text,
    is_coexistence integer not null check (is_coexistence in (0, 1)),
    display_phone_number text not null,
    digits text not null,
    verified_name text,
    quality_rating text,
    code_verification_status text,
    name_status text,
    status text,
    throughput_tier text,
    messaging_limit text,
    is_official_business_account integer not null check (is_official_business_account in (0, 1)),
    is_pin_enabled integer not null check (is_pin_enabled in (0, 1)),
    token_sealed blob not null,
    token_expires_at integer,
    pin_sealed blob,
    created_at integer not null,
    updated_at integer not null
) strict;
-- The promise that a number is connected once in a project.
create unique index phone_numbers_once on phone_numbers (project_id, phone_number_id);
create index phone_numbers_newest on phone_numbers (project_id, created_at desc, id desc);

create table events (
    id blob primary key,
    project_id blob not null references projects (id) on delete cascade,
    customer_id blob not null references customers (id) on delete cascade,
    link_id blob references setup_links (id) on delete cascade,
    name text not null,
    payload text not null,
    created_at integer not null
) strict;
create index events_of_link on events (link_id, created_at);

create table sessions (
    id_digest blob primary key,
    record_sealed blob not null,
    expires_at integer not null
) strict;
create index sessions_expiry on sessions (expires_at);
