"""What the fuzzer of the API is told beside the document. `tests/http/fuzzed.rs` runs it."""

import os
import re
import zlib

import schemathesis
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    ensure_resource_availability,
    negative_data_rejection,
    positive_data_acceptance,
)

# Refusals that no schema can foresee: they depend on what is there, or on what the outside world is like.
DEPENDS = [
    ("external_customer_id", "is taken by another customer"),
    ("reconnect_phone_number", "must be a number that this customer has connected"),
    ("phone_number_id", "must be a number of this project|must be text of"),
    # Which countries may be asked for depends on the project's own Twilio account, and not every two letters are one.
    ("phone_number_country_isos", "Custom Twilio credentials|country codes"),
    # Whether a token is one is for Meta to say, a key for Twilio, and whether a picture is there for whoever keeps it.
    ("access_token|business_account_id|customer_id|pin", "must "),
    ("(twilio|account_sid|auth_token|api_key_sid|api_key_secret|countries).*", "Twilio|must |is required"),
    ("branding.*", "could not be fetched|must |is none of the languages"),
    # The fuzzer uses a key for one request and then for another.
    ("Idempotency-Key", "was used with another request"),
    # Two fields that contradict each other.
    ("allowed_connection_types", "must contain dedicated"),
    # What a link can become depends on what it is.
    ("expires_at", "must lie in the future"),
    ("expected_phone_number", "must be null with|must be null on|cannot be changed|must be a phone number"),
    ("provision_phone_number", "must be false"),
    ("status", "cannot be set so"),
    # A header of the request's own framing.
    ("headers", "cannot be sent"),
    # What a URL may be is more than its syntax, and whether somebody answers there is not ours.
    ("success_redirect_url|failure_redirect_url|renewal_url|url", "must |leads to|did not take the event"),
]


def depends(error):
    return any(re.fullmatch(field, error["field"]) and re.search(said, error["message"]) for field, said in DEPENDS)


@schemathesis.check
def valid_requests_are_accepted(ctx, response, case):
    """The built-in check, for all but the refusals above."""
    # Whether a tag is still the one depends on what happened since.
    if response.status_code == 412:
        return None
    if response.status_code == 422 and all(depends(error) for error in response.json()["errors"]):
        return None
    return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def invalid_requests_are_refused(ctx, response, case):
    """The built-in check, for all but these."""
    # Empty filters count as none, since forms send such.
    if case.method == "GET" and "" in (case.query or {}).values():
        return None
    # HTTP takes the blanks around a header's value away, and what is left may be a good key.
    if "Idempotency-Key" in (case.headers or {}):
        return None
    # A branding is an object or null; the fuzzer breaks the null, and what it makes is a good object.
    project = case.body.get("project") if isinstance(case.body, dict) else None
    if isinstance(project, dict) and project.get("branding") == {}:
        return None
    return negative_data_rejection(ctx, response, case)


@schemathesis.check
def what_was_made_is_there(ctx, response, case):
    """The built-in check, for all but webhooks: one of a number stands at two addresses, and the fuzzer takes it away at
    one and looks for it at the other, or below another number."""
    if "{webhook_id}" in case.operation.path:
        return None
    return ensure_resource_availability(ctx, response, case)


# Things that are there, for calls that would otherwise only ever be answered 404.
THERE = {name: os.environ[f"FUZZ_{name.upper()}"].split() for name in ("customer_id", "phone_number_id", "webhook_id")}


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Three of four well-formed calls are about something that is there, but few of those that delete it."""
    meta = case.meta
    if meta is None or not meta.generation.mode.is_positive or meta.phase.name.value == "stateful":
        return
    chance = zlib.crc32(repr((case.path_parameters, case.query, case.body)).encode())
    if chance % 4 == 0 or (case.method == "DELETE" and chance % 8):
        return
    for name in case.path_parameters or {}:
        if name in THERE:
            case.path_parameters[name] = THERE[name][chance // 8 % len(THERE[name])]


RECEIVER = os.environ["FUZZ_RECEIVER"]
HOSTS = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]([a-z0-9-]{0,5}[a-z0-9])?){1,2}", fullmatch=True)
PATHS = st.from_regex(r"(/[A-Za-z0-9._~!$&'()*+,;=:@%é-]{0,12}){0,3}(\?[A-Za-z0-9._~=&-]{0,20})?", fullmatch=True)
schemathesis.openapi.format("uri", st.just(RECEIVER) | st.builds("https://{}{}".format, HOSTS, PATHS))
schemathesis.openapi.format("origin", st.builds("https://{}".format, HOSTS))
