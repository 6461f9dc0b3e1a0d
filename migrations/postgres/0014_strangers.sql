-- What addresses do wrong, counted over all processes. A row says nothing once its moment has passed, and goes then.
-- Unlogged: a crash forgets it, and nothing else depends on it.
create unlogged table strangers (
    door text not null,
    prefix text not null,
    full_at bigint not null,
    primary key (door, prefix)
);
create index strangers_by_time on strangers (full_at);
