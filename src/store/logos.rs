//! Our copies of platforms' logos.

use sqlx::FromRow;

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::ProjectId, link::branding::Logo};

sql! {
    KEEP = "insert into logos (project_id, digest, url, png, width, height, fetched_at) values ($1, $2, $3, $4, $5, $6, $7) \
        on conflict (project_id, digest) do update set url = excluded.url, fetched_at = excluded.fetched_at";
    RECENT = "select digest, width, height from logos where project_id = $1 and url = $2 and fetched_at > $3 \
        order by fetched_at desc limit 1";
    FIND = "select png from logos where digest = $1 limit 1";
}

#[derive(FromRow)]
struct Row {
    digest: String,
    width: i64,
    height: i64,
}

/// Keeps a copy. One that is there already now stands for this address.
pub async fn keep(
    db: Db<'_>,
    project: ProjectId,
    (logo, url): (&Logo, &str),
    png: &[u8],
    now: Timestamp,
) -> Result<()> {
    on!(db, c => {
        sqlx::query(KEEP)
            .bind(project)
            .bind(&logo.digest)
            .bind(url)
            .bind(png)
            .bind(i64::from(logo.width))
            .bind(i64::from(logo.height))
            .bind(now)
            .execute(c)
            .await?;
    });
    Ok(())
}

/// The copy that was made of that address after `since`.
pub async fn recent(db: Db<'_>, project: ProjectId, url: &str, since: Timestamp) -> Result<Option<Logo>> {
    let row: Option<Row> =
        on!(db, c => sqlx::query_as(RECENT).bind(project).bind(url).bind(since).fetch_optional(c).await?);
    let size = |pixels: i64| u32::try_from(pixels).unwrap_or_default();
    Ok(row.map(|row| Logo { digest: row.digest, width: size(row.width), height: size(row.height) }))
}

/// The picture with that digest.
pub async fn find(db: Db<'_>, digest: &str) -> Result<Option<Vec<u8>>> {
    Ok(on!(db, c => sqlx::query_scalar(FIND).bind(digest).fetch_optional(c).await?))
}
