"""A public client of the published API, which nobody here wrote: only its base URL and its key are ours."""

import asyncio
import json
import os

from kapso_whatsapp.platform import KapsoPlatformClient

NUMBER = os.environ["CLIENT_NUMBER"]
RECEIVER = os.environ["CLIENT_RECEIVER"]
BY_HAND = json.loads(os.environ["CLIENT_BY_HAND"])


async def customers(client):
    made = await client.customers.create(name="Bakery on the Corner", external_customer_id="py-1")
    assert (await client.customers.get(made.id)) == made
    assert [found.id for found in await client.customers.list(external_customer_id="py-1")] == [made.id]
    assert [found.id for found in await client.customers.list(name_contains="bakery ON")] == [made.id]
    assert made.id in [found.id async for found in client.customers.iter(per_page=1)]
    assert (await client.customers.update(made.id, name="Bakery at the Park")).name == "Bakery at the Park"
    return made


async def setup_links(client, customer):
    made = await client.setup_links.create(
        customer.id,
        success_redirect_url="https://app.example.com/done",
        failure_redirect_url="https://app.example.com/failed",
        allowed_connection_types=["dedicated"],
        theme_config={"primary_color": "#3b82f6"},
        provision_phone_number=False,
        phone_number_country_isos=["US"],
        phone_number_area_code="415",
        language="es",
    )
    assert made.status == "active" and made.whatsapp_setup_status == "pending" and made.url
    assert made.theme_config.primary_color == "#3b82f6" and made.theme_config.text_color is None
    assert [link.id for link in await client.setup_links.list(customer.id, status="active")] == [made.id]
    revoked = await client.setup_links.update(customer.id, made.id, status="revoked")
    assert revoked.status == "revoked" and revoked.success_redirect_url == made.success_redirect_url


async def phone_numbers(client):
    [number] = await client.phone_numbers.list(phone_number_id=NUMBER, messaging_enabled=True)
    assert number == await client.phone_numbers.get(NUMBER)
    assert number.id == number.phone_number_id == NUMBER and number.status == "CONNECTED"
    webhook = await client.webhooks.create(NUMBER, url=RECEIVER, events=["whatsapp.phone_number.deleted"])
    assert webhook.phone_number_id == NUMBER
    assert [known.id for known in await client.webhooks.list(NUMBER)] == [webhook.id]
    await client.webhooks.delete(NUMBER, webhook.id)
    assert (await client.phone_numbers.update(NUMBER, name="Sales")).name == "Sales"
    health = await client.phone_numbers.check_health(NUMBER)
    assert health.status in ("healthy", "degraded") and health.checks["phone_number_access"]["passed"]


async def connect_by_hand(client, customer):
    known = ("name", "phone_number_id", "business_account_id", "access_token")
    given = {name: BY_HAND[name] for name in known}
    number = await client.phone_numbers.connect(customer.id, kind="production", **given)
    assert number.customer_id == customer.id and number.name == given["name"]
    await client.phone_numbers.delete(number.id)
    assert await client.phone_numbers.list(customer_id=customer.id) == []


async def webhooks(client):
    made = await client.project_webhooks.create(
        url=RECEIVER,
        events=["whatsapp.phone_number.created"],
        headers={"X-Tenant": "7"},
        buffer_enabled=True,
        buffer_window_seconds=5,
        max_buffer_size=10,
        inactivity_minutes=5,
        payload_version="v2",
    )
    assert made.secret_key and made.headers == {"X-Tenant": "7"} and made.kind == "kapso"
    assert [known.id for known in await client.project_webhooks.list(kind="kapso")] == [made.id]
    assert (await client.project_webhooks.test(made.id, event_type="whatsapp.phone_number.created")).success
    assert not (await client.project_webhooks.update(made.id, active=False)).active
    assert await client.webhook_deliveries.list(status="failed", errors_only=True, period="24h") == []
    await client.project_webhooks.delete(made.id)


async def main():
    base = f"{os.environ['CLIENT_BASE']}/platform/v1"
    async with KapsoPlatformClient(api_key=os.environ["CLIENT_KEY"], base_url=base, max_retries=0) as client:
        customer = await customers(client)
        await setup_links(client, customer)
        await phone_numbers(client)
        await webhooks(client)
        await connect_by_hand(client, customer)
        await client.customers.delete(customer.id)
        assert await client.customers.list(external_customer_id="py-1") == []


asyncio.run(main())
