-- What addresses do wrong, counted over all processes. A row says nothing once its moment has passed, and goes then.
create table strangers (
    door text not null,
    prefix text not null,
    full_at integer not null,
    primary key (door, prefix)
) strict, without rowid;
create index strangers_by_time on strangers (full_at);
