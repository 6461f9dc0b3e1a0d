-- What a key may do, until when, and when it was used last. Without scopes it is from before there were any: it may do all.
alter table api_keys add column scopes text;
alter table api_keys add column expires_at integer;
alter table api_keys add column last_used_at integer;
