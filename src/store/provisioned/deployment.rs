//! Which deployment this is: what a number at Twilio is marked with that is ours.

use crate::{
    error::Result,
    store::{Db, on, sql},
};

sql! {
    MARK = "insert into deployments (one, mark) values (1, $1) on conflict (one) do nothing";
    MARKED = "select mark from deployments where one = 1";
}

/// What tells this deployment from others: made once, with that value if there is none yet.
pub async fn mark(mut db: Db<'_>, fresh: &str) -> Result<String> {
    on!(&mut db, c => {
        sqlx::query(MARK).bind(fresh).execute(&mut **c).await?;
        Ok(sqlx::query_scalar(MARKED).fetch_one(&mut **c).await?)
    })
}
