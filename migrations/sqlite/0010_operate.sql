-- One row that is written whenever somebody asks whether the house is ready: a database that only reads is not.
create table probes (
    id integer primary key,
    written_at integer not null
) strict;
