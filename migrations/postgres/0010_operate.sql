-- One row that is written whenever somebody asks whether the house is ready: a database that only reads is not.
create table probes (
    id bigint primary key,
    written_at bigint not null
);
