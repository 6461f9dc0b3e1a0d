//! Who has looked at a link just now, known by a digest that is forgotten soon.

use super::{Db, on, sql};
use crate::{clock::Timestamp, error::Result, id::LinkId};

sql! {
    /// Counts as one visit what comes before the last look is too long ago.
    GO_ON = "update visits set seen_at = case when seen_at < $3 then $3 else seen_at end \
        where link_id = $1 and visitor_digest = $2 and seen_at > $4";
    /// Of two processes that see the same visitor at once, one begins the visit. There is an end to how many a link has.
    BEGIN = "insert into visits (link_id, visitor_digest, seen_at) select id, $2, $3 from setup_links \
        where id = $1 and (select count(*) from visits where link_id = $1 and seen_at > $4) < $5 \
        on conflict (link_id, visitor_digest) do update set seen_at = $3 where visits.seen_at <= $4";
    FORGET = "delete from visits where (link_id, visitor_digest) in \
        (select link_id, visitor_digest from visits where seen_at <= $1 order by seen_at limit $2)";
}

/// What tells one visit from another.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The link.
    pub link: LinkId,
    /// The digest of the visitor.
    pub visitor: &'a [u8],
    /// When.
    pub at: Timestamp,
    /// A visit whose last look was until then is over.
    pub over: Timestamp,
}

/// Notes a look; `true` when a visit begins with it. A link that has `most` visits going on gets no further one.
pub async fn begins(mut db: Db<'_>, look: Look<'_>, most: i64) -> Result<bool> {
    let Look { link, visitor, at, over } = look;
    Ok(on!(&mut db, c => {
        let known = sqlx::query(GO_ON).bind(link).bind(visitor).bind(at).bind(over).execute(&mut **c).await?;
        known.rows_affected() == 0
            && sqlx::query(BEGIN).bind(link).bind(visitor).bind(at).bind(over).bind(most)
                .execute(&mut **c).await?.rows_affected() > 0
    }))
}

/// Forgets at most so many visits that are over.
pub async fn forget(db: Db<'_>, over: Timestamp, most: i64) -> Result<u64> {
    Ok(on!(db, c => sqlx::query(FORGET).bind(over).bind(most).execute(c).await?.rows_affected()))
}
