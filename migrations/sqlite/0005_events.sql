-- Events of the whole way: links whose time is over, visits, a timeline that ends; and deliveries by several workers.

create index setup_links_expiry on setup_links (expires_at) where status = 'active';
create index events_oldest on events (created_at);
create index deliveries_oldest on deliveries (created_at);

-- Who has looked at a link just now: a digest that only the link's own token could be held against, gone within the hour.
create table visits (
    link_id blob not null references setup_links (id) on delete cascade,
    visitor_digest blob not null,
    seen_at integer not null,
    primary key (link_id, visitor_digest)
) strict;
create index visits_oldest on visits (seen_at);

-- Since when nothing that was sent there has been taken.
alter table webhooks add column failing_since integer;
-- Tries before somebody had it sent again: the schedule begins anew, the count does not.
alter table deliveries add column tries_before integer not null default 0;
