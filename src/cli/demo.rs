//! `setuplinks demo`: everything on this machine, with a stand-in Facebook and keys made for the occasion.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use tokio::net::TcpListener;

use super::{
    say,
    serve::{asked_to_stop, house},
};
use crate::{
    api::key,
    app::{App, PublicUrl},
    clock::{Clock, random},
    config::DatabaseArgs,
    customer::Customer,
    guard::Guard,
    id::CustomerId,
    meta::{
        Meta, Settings, application,
        dialog::{EXTRAS_COEXISTENCE, EXTRAS_DEDICATED},
        pool::Partner,
        sdk::LoginMode,
    },
    sandbox::{self, Sandbox},
    seal::{Sealer, hex},
    store::{customers, projects},
    twilio::{self, Twilio},
};

/// The settings of `demo`.
#[derive(Args, Debug)]
#[allow(clippy::doc_markdown, reason = "the comments are the help text of the terminal")]
pub struct DemoArgs {
    /// The address to listen on; loopback only
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
    /// Keep the database and its key in this folder, and go on from it the next time
    #[arg(long, value_name = "PATH")]
    keep: Option<PathBuf>,
    /// How customers get to Facebook, as META_LOGIN of serve: redirect, popup or auto
    #[arg(long, default_value = "redirect", value_parser = login_mode, value_name = "redirect|popup|auto")]
    login: LoginMode,
    /// Let the links bring a phone number, bought at a stand-in Twilio
    #[arg(long)]
    provision: bool,
    /// Verify those numbers with Meta beforehand, as Solution Partners do: customers see no code. Implies --provision
    #[arg(long)]
    preverified: bool,
}

fn login_mode(text: &str) -> Result<LoginMode, &'static str> {
    LoginMode::parse(text).ok_or("must be redirect, popup or auto")
}

pub(super) async fn run(args: DemoArgs, clock: Clock) -> anyhow::Result<()> {
    let provision = args.provision || args.preverified;
    anyhow::ensure!(args.listen.ip().is_loopback(), "the demo listens on loopback only, such as 127.0.0.1:8080");
    let asked_to_stop = asked_to_stop()?;
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("{} cannot be listened on; choose another with --listen", args.listen))?;
    let address = listener.local_addr()?;
    // The name and not the address: to browsers it is another site than the stand-in's, as in real life.
    let is_localhost = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].contains(&address.ip());
    let host = if is_localhost { format!("localhost:{}", address.port()) } else { address.to_string() };
    let public_url = PublicUrl::parse(&format!("http://{host}")).map_err(anyhow::Error::msg)?;

    let throw_away = tempfile::Builder::new().prefix("setuplinks-demo-").tempdir()?;
    let folder = args.keep.as_deref().unwrap_or(throw_away.path());
    std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;

    let (facebook, meta) = stand_in(&public_url, (args.login, args.preverified), clock.clone()).await?;
    let sealer = Sealer::parse(&secret_keys(folder)?).map_err(anyhow::Error::msg)?;
    let database = DatabaseArgs::at(format!("sqlite://{}", folder.join("setuplinks.db").display()));
    let guard = Guard::new(vec!["127.0.0.0/8".parse()?, "::1/128".parse()?])?;
    let mut settings = twilio::Settings::at(facebook.url().parse()?);
    settings.account = provision.then(stand_in_account);
    let twilio = Twilio::new(settings)?;
    let mut app = App::new(database.open().await?, clock, sealer, (meta, guard, twilio), public_url);
    let verify_token = hex(random::<16>());
    app.listening.verify_token = Some(verify_token.clone().into());
    let (key, customer) = furnish(&app).await?;
    let house = house(app.clone(), listener)?;
    // As a developer would have set it in the App Dashboard: without it no number is healthy.
    let webhook = app.public_url.of("/meta/webhooks");
    let is_verified = facebook.world().enter_webhook(&webhook, &verify_token, application::FIELDS).await;
    anyhow::ensure!(is_verified, "{webhook} did not answer the stand-in Facebook");

    let create = format!(
        "curl -s -X POST {} -H 'X-API-Key: {key}' -H 'Content-Type: application/json' \\\n  -d '{{\"setup_link\": {{\"success_redirect_url\": \"{}/platform/success\", \"failure_redirect_url\": \"{}/platform/failure\"{}}}}}'",
        app.public_url.of(&format!("/platform/v1/customers/{customer}/setup_links")),
        facebook.url(),
        facebook.url(),
        if provision { ", \"provision_phone_number\": true" } else { "" },
    );
    let leave =
        format!("curl -s {}/sandbox/notices -d event=PARTNER_REMOVED -d phone_number='THE NUMBER'", facebook.url());
    let link = first_link(&app, &key, customer, &facebook.url(), provision).await?;
    say(&format!(
        "A setup link, as a customer would get it:\n\n  {link}\n\nAnother one, as a platform would ask for it:\n\n{create}\n\nAnd when a customer takes a connected number away again:\n\n{leave}\n\nFacebook{} a stand-in: nothing leaves this machine. Ctrl-C ends it{}.",
        if provision { " and Twilio are each" } else { " is" },
        if args.keep.is_some() { "" } else { " and leaves nothing behind" }
    ))?;
    asked_to_stop.await;
    house.close().await;
    facebook.stop().await;
    Ok(())
}

/// Starts the stand-in and gives the way to it.
async fn stand_in(
    public_url: &PublicUrl,
    (login, preverified): (LoginMode, bool),
    clock: Clock,
) -> anyhow::Result<(Sandbox, Meta)> {
    let (app_id, config_id, app_secret) = ("100000000000001", "200000000000001", hex(random::<16>()));
    let graph_version = "v26.0".to_owned();
    let settings = sandbox::Settings {
        app_id: app_id.to_owned(),
        app_secret: app_secret.clone(),
        config_id: config_id.to_owned(),
        redirect_uris: vec![public_url.callback()],
        graph_version: graph_version.clone(),
    };
    let facebook = Sandbox::start((Ipv4Addr::LOCALHOST, 0).into(), settings, clock).await?;
    let meta = Meta::new(Settings {
        app_id: app_id.to_owned(),
        app_secret: app_secret.into(),
        config_id: config_id.to_owned(),
        graph_version,
        graph_url: facebook.url().parse()?,
        dialog_url: facebook.url().parse()?,
        redirect_uri: public_url.callback(),
        login,
        sdk_url: facebook.url().parse()?,
        extras_coexistence: EXTRAS_COEXISTENCE.to_owned(),
        extras_dedicated: EXTRAS_DEDICATED.to_owned(),
        partner: preverified
            .then(|| facebook.world().make_partner())
            .map(|(business_id, token)| Partner { business_id, token: token.into() }),
    })?;
    Ok((facebook, meta))
}

/// The account that the stand-in Twilio knows.
fn stand_in_account() -> twilio::Account {
    let (sid, token) = (sandbox::twilio::ACCOUNT_SID, sandbox::twilio::AUTH_TOKEN);
    twilio::Account { sid: sid.to_owned(), auth_token: token.into(), api_key: None }
}

/// The key that a kept database was sealed with, or a new one.
fn secret_keys(folder: &Path) -> anyhow::Result<String> {
    use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _};
    let path = folder.join("secret.key");
    if let Ok(kept) = std::fs::read_to_string(&path) {
        return Ok(kept.trim().to_owned());
    }
    let made = format!("demo:{}", STANDARD.encode(random::<32>()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    writeln!(file, "{made}")?;
    Ok(made)
}

/// A project with a customer, those of last time where there are any, and a new key.
async fn furnish(app: &App) -> anyhow::Result<(String, CustomerId)> {
    let now = app.clock.now();
    let mut lease = app.store.acquire().await?;
    let project = if let Some(project) = projects::list(lease.db()).await?.into_iter().next() {
        project
    } else {
        let project = projects::Project::new("Acme Desk".to_owned(), now);
        projects::insert(lease.db(), &project).await?;
        project
    };
    let page = crate::store::Page { number: 1, size: 1 };
    let (known, _) = customers::list(lease.db(), project.id, &customers::Filter::default(), page).await?;
    let customer = if let Some(customer) = known.into_iter().next() {
        customer
    } else {
        let customer = Customer {
            id: CustomerId::new(now),
            project_id: project.id,
            name: "Bakery on the Corner".to_owned(),
            external_customer_id: Some("demo-1".to_owned()),
            created_at: now,
            updated_at: now,
        };
        customers::insert(lease.db(), &customer).await?;
        customer
    };
    drop(lease);
    Ok((key::create(&app.store, project.id, "demo", now).await?, customer.id))
}

/// Asks our own API for a link, as the printed line does.
async fn first_link(
    app: &App,
    key: &str,
    customer: CustomerId,
    platform: &str,
    provision: bool,
) -> anyhow::Result<String> {
    let body = serde_json::json!({"setup_link": {
        "success_redirect_url": format!("{platform}/platform/success"),
        "failure_redirect_url": format!("{platform}/platform/failure"),
        "provision_phone_number": provision,
    }});
    let answer: serde_json::Value = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .post(app.public_url.of(&format!("/platform/v1/customers/{customer}/setup_links")))
        .header("X-API-Key", key)
        .json(&body)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    answer["data"]["url"].as_str().map(str::to_owned).context("the server gave no link")
}
