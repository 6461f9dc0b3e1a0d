//! Traces by OTLP: one of each signup over two processes, nothing secret in them, and a collector that is away.

use std::collections::HashSet;

use serde_json::json;
use setuplinks::sandbox::Outcome;

use crate::support::{Collector, Place, Receiver, Visitor, collector::Seen, on_both};

fn names(spans: &[Seen]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

on_both! {
    async fn a_signup_is_one_trace_whichever_processes_carry_it(db: Database) {
        let (place, collector, receiver) = (Place::new(db).await, Collector::open().await, Receiver::open().await);
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=bakers"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ];
        let mut first = place.serve(&settings).await;
        let wanted = json!({"whatsapp_webhook": {"url": receiver.url, "events": ["setup_link.started", "setup_link.completed"]}});
        place.platform.post("/whatsapp/webhooks", &wanted).await.data(201);
        let link = place.platform.link(json!({})).await;
        let visitor = Visitor::new();
        let dialog = visitor.choose(&link, "dedicated").await;
        first.ask_to_stop().gone().await;
        let pressed = collector.wait_for("POST /whatsapp/setup/{token}").await;

        // The customer comes back to another process.
        let mut second = place.serve(&settings).await;
        let callback = place.world().login(&dialog, Outcome::Dedicated).expect("the dialog takes the request");
        let back = visitor.get(&callback).await;
        let end = visitor.wait_out(&back.location()).await;
        assert!(visitor.get(&end.url).await.status < 400);
        receiver.wait_for(2).await;
        second.ask_to_stop().gone().await;

        let whole = collector.wait_for("signup").await;
        let came_back = collector.wait_for("GET /auth/facebook/callback").await;
        assert_eq!(whole.trace, whole.says("setuplinks.signup.id").replace('-', ""), "it is found by the signup's id");
        assert_eq!(whole.parent, "");
        assert_eq!((whole.says("setuplinks.outcome"), whole.failed), ("connected", false));
        for request in [&pressed, &came_back] {
            assert_eq!((&request.trace, &request.parent), (&whole.trace, &whole.id), "{request:?}");
            assert_eq!((request.says("http.response.status_code"), request.failed), ("303", false));
        }
        assert!(whole.nanoseconds.0 <= came_back.nanoseconds.0 && whole.nanoseconds.1 >= came_back.nanoseconds.1);

        let all = collector.spans();
        let trace: Vec<Seen> = all.iter().filter(|span| span.trace == whole.trace).cloned().collect();
        for step in ["exchange", "accounts", "numbers", "check", "subscribe", "register", "store"] {
            let found = trace.iter().find(|span| span.name == step).unwrap_or_else(|| panic!("{step}: {:?}", names(&trace)));
            assert_eq!((found.parent.as_str(), found.says("setuplinks.outcome")), (whole.id.as_str(), "moved"), "{step}");
        }
        let register = trace.iter().find(|span| span.name == "register").expect("a step");
        let called = trace.iter().find(|span| span.name == "POST /{id}/register").expect("a call to Meta");
        assert_eq!((&called.parent, called.says("peer.service")), (&register.id, "meta"));

        // An event is told in the signup's trace, and leads to the trace of its delivery.
        for event in ["tell setup_link.started", "tell setup_link.completed"] {
            let told = trace.iter().find(|span| span.name == event).unwrap_or_else(|| panic!("{event}: {:?}", names(&trace)));
            let [delivery] = told.links.as_slice() else { panic!("{told:?}") };
            let tried = all.iter().find(|span| span.name == "try" && &span.trace == delivery).expect("a try");
            assert_eq!((tried.says("http.response.status_code"), tried.failed), ("200", false));
            let delivered = all.iter().find(|span| span.name == "deliver" && &span.trace == delivery).expect("a delivery");
            assert_eq!(tried.parent, delivered.id);
        }
        let ids: HashSet<&str> = all.iter().map(|span| span.id.as_str()).collect();
        assert_eq!(ids.len(), all.len(), "each came once");

        assert_eq!(collector.resource("service.name"), "setuplinks");
        assert_eq!(collector.resource("deployment.environment.name"), "test");
        assert!(collector.headers().iter().all(|headers| headers["x-tenant"] == "bakers"));
        // What is looked for in the logs of a whole run is looked for here in any run.
        let state = dialog.split("state=").nth(1).expect("a state").split('&').next().expect("its end").to_owned();
        let code = callback.split("code=").nth(1).expect("a code").split('&').next().expect("its end").to_owned();
        let tokens = place.world().calls().into_iter().filter_map(|call| call.token);
        let everything = format!("{all:?}");
        for secret in [link.token, place.platform.key.clone(), state, code].into_iter().chain(tokens) {
            assert!(!everything.contains(&secret), "{secret} is in a trace");
        }
    }

    async fn a_request_of_its_own_is_found_by_its_id(db: Database) {
        let (place, collector) = (Place::new(db).await, Collector::open().await);
        let mut program = place.serve(&[
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*format!("{}/v1/traces", collector.url)),
            ("OTEL_SERVICE_NAME", "onboarding"),
        ]).await;
        let refused = place.platform.get("/customers/none").await;
        let trace = refused.header("x-request-id").replace('-', "");
        program.ask_to_stop().gone().await;
        let spans = collector.spans();
        let span = spans.iter().find(|span| span.trace == trace).expect("what was left was sent at the end");
        assert_eq!((span.name.as_str(), span.parent.as_str()), ("GET /platform/v1/customers/{customer_id}", ""));
        assert_eq!((span.says("error.type"), span.says("setuplinks.request.id")), ("not_found", refused.header("x-request-id")));
        assert_eq!(collector.resource("service.name"), "onboarding");
    }

    async fn a_collector_that_is_away_costs_no_signup_and_no_end(db: Database) {
        let place = Place::new(db).await;
        // Somebody who takes connections and never answers, which is worse than nobody.
        let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let endpoint = format!("http://{}", silent.local_addr().expect("an address"));
        let mut program = place.serve(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "10"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "4"),
        ]).await;
        let link = place.platform.link(json!({"success_redirect_url": "https://app.example/done"})).await;
        let end = Visitor::new().walk(&link, "dedicated", place.world(), Outcome::Dedicated).await;
        assert!(end.location().starts_with("https://app.example/done"), "{}", end.location());
        silent.accept().await.expect("it was asked for");
        program.ask_to_stop().gone().await;
    }

    async fn nobody_is_sent_what_is_not_kept(db: Database) {
        let (place, collector) = (Place::new(db).await, Collector::open().await);
        let mut program = place.serve(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()),
            ("OTEL_TRACES_SAMPLER", "parentbased_always_off"),
        ]).await;
        let link = place.platform.link(json!({})).await;
        assert_eq!(Visitor::new().get(&link.url).await.status, 200);
        program.ask_to_stop().gone().await;
        assert_eq!(collector.spans(), []);
    }
}
