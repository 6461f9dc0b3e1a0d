-- How a platform shows itself on its pages, as JSON; '{}' is nothing of its own.
alter table projects add column branding jsonb not null default '{}';

-- Our copies of logos, known by what is in them. A page that shows one may be older than the next copy.
create table logos (
    project_id uuid not null references projects (id) on delete cascade,
    digest text not null,
    url text not null,
    png bytea not null,
    width bigint not null,
    height bigint not null,
    fetched_at bigint not null,
    primary key (project_id, digest)
);
create index logos_served on logos (digest);
create index logos_fetched on logos (project_id, url, fetched_at);
