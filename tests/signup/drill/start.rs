//! Several processes that start at the same moment, on a database that nobody has made yet.

use crate::{
    records,
    support::{
        database::Fresh,
        house::facebook,
        on_both,
        program::{Program, Start, port},
    },
};
use setuplinks::{app::PublicUrl, clock::Clock, store::Store};

/// Starts so many at once, and waits until each of them serves.
async fn at_once(database: &Fresh, count: usize) -> Vec<Program> {
    let public_url = "http://localhost:8080";
    let facebook = facebook(&PublicUrl::parse(public_url).expect("an origin"), Clock::system()).await;
    let start = || Start { public_url: public_url.to_owned(), ..Start::alone(port(), &database.url, &facebook.url()) };
    let starts: Vec<Start> = (0..count).map(|_| start()).collect();
    let mut programs: Vec<Program> = starts.iter().map(Start::spawn).collect();
    for program in &mut programs {
        program.listens().await;
        program.assert_alive();
    }
    programs
}

on_both! {
    async fn of_several_that_start_at_once_one_migrates(db: Database) {
        for _ in 0..3 {
            let database = db.fresh().await;
            drop(at_once(&database, 4).await);
            let store = Store::connect(&database.url, false).await.expect("the database");
            let made = records::count(&store, "select count(*) from _sqlx_migrations where success").await;
            assert_eq!(usize::try_from(made).expect("few"), store.migrations());
        }
    }

    async fn a_database_of_a_newer_version_stops_neither_who_runs_nor_who_starts(db: Database) {
        let database = db.fresh().await;
        let mut running = at_once(&database, 1).await;
        let store = Store::connect(&database.url, false).await.expect("the database");
        // As the next version's migration would leave it.
        records::write(&store, "alter table setup_links add column holograms integer not null default 0").await;
        records::write(
            &store,
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
             select 9000, 'holograms', true, checksum, 1 from _sqlx_migrations where version = 1",
        )
        .await;
        let mut started = at_once(&database, 1).await;
        for program in running.iter_mut().chain(&mut started) {
            program.assert_alive();
            let page = crate::support::Visitor::new().get(&format!("{}/whatsapp/setup/nothing", program.url())).await;
            assert_eq!(page.status, 404);
        }
    }
}
