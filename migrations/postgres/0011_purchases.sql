-- What is not known yet, and what is not over yet. Tables of their own, so that a program of the version before, which may run
-- beside this one, reads the rows that it knows as it always did.

-- A purchase that was sent off, until it is known what came of it: the number may be paid for.
create table purchases (
    number_id uuid primary key,
    sent_at bigint not null
);

-- The message or call that a number's code was read in, as Twilio names it.
create table code_sources (
    number_id uuid primary key,
    sid text not null
);

-- Addresses that a deployment was at before the one whose marks begin with `here`: what it bought there is still its own.
create table former_addresses (
    here text not null,
    former text not null,
    address text not null,
    since bigint not null,
    primary key (here, former)
);

-- Calls that were answered with a recorder (`CA…`), and recordings of which nothing else is known (`RE…`): what Twilio keeps of
-- them is deleted there, whatever becomes of the number.
create table recorded_calls (
    sid text primary key,
    account_sid text not null,
    next_at bigint not null,
    tries integer not null default 0
);
create index recorded_calls_due on recorded_calls (next_at);
insert into recorded_calls (sid, account_sid, next_at)
    select recording_sid, account_sid, coalesce(recording_at, 0) + 600000 from provisioned_numbers
    where recording_sid is not null on conflict (sid) do nothing;
