-- Customers who ask for a new link: when they did last, and where a project would rather have them go.
alter table setup_links add column renewal_requested_at integer;
alter table projects add column renewal_url text;
