//! What a page needs to know of a link, in one query.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use sqlx::{FromRow, Row as _, types::Json};

use crate::{
    error::Result,
    id::{LinkId, SignupId},
    link::{Branding, SetupLink},
    signup::Step,
    store::{Db, links::Row, on, sql},
};

// What comes from other tables has names of its own, so that each column is named once and by itself.
macro_rules! visit {
    ($id:expr) => {
        concat!(
            "select ",
            columns!(),
            ", token_digest, project_name, project_branding, renewal_url, running_id, running_step from setup_links \
             join (select id as theirs, name as project_name, branding as project_branding, renewal_url from projects) p \
             on theirs = project_id \
             left join (select link_id as running_on, id as running_id, step as running_step from signups \
             where returned_at is not null and ended_at is null) s on running_on = id where id = ",
            $id
        )
    };
}

sql! {
    /// The link of that digest or, where there is none, its neighbour: an unknown token makes the same work as a known one.
    VISIT = visit!(
        "coalesce((select id from setup_links where token_digest >= $1 order by token_digest limit 1), \
         (select id from setup_links order by token_digest limit 1))"
    );
    VISIT_BY_ID = visit!("$1");
}

#[derive(FromRow)]
struct VisitRow {
    #[sqlx(flatten)]
    link: Row,
    project_name: String,
    renewal_url: Option<String>,
    project_branding: Json<Branding>,
    running_id: Option<SignupId>,
    running_step: Option<String>,
}

/// All that a page needs to know of a link, in one query.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The link.
    pub link: SetupLink,
    /// Who is asking, by the name that customers read.
    pub project_name: String,
    /// Where the project wants customers to ask for a new link; `None` for a button of ours.
    pub renewal_url: Option<String>,
    /// How the platform shows itself: the link's way, and the project's where it says nothing.
    pub branding: Branding,
    /// The signup that has come back from Facebook and not ended, and where it stands.
    pub running: Option<(SignupId, Step)>,
}

impl From<VisitRow> for Visit {
    fn from(row: VisitRow) -> Self {
        // A step that a newer version alone knows is one at which it is being carried through.
        let step = row.running_step.map(|step| Step::parse(&step).unwrap_or(Step::Check));
        let link = SetupLink::from(row.link);
        let branding = link.terms.branding.clone().unwrap_or_default().over(row.project_branding.0);
        Self {
            project_name: branding.name.clone().unwrap_or(row.project_name),
            branding,
            link,
            renewal_url: row.renewal_url,
            running: row.running_id.zip(step),
        }
    }
}

/// What a page needs of the link whose token has that digest. One that no link has is told only after another link was read
/// in its place, so that neither takes longer.
pub async fn visit(db: Db<'_>, token_digest: &[u8]) -> Result<Option<Visit>> {
    on!(db, c => {
        let Some(row) = sqlx::query(VISIT).bind(token_digest).fetch_optional(c).await? else { return Ok(None) };
        let found: Vec<u8> = row.try_get("token_digest")?;
        let visit = VisitRow::from_row(&row).map(Visit::from);
        // Whether the neighbour can be read is nobody's concern.
        Ok(if verify_slices_are_equal(&found, token_digest).is_ok() { Some(visit?) } else { None })
    })
}

/// What a page needs of the link of that id.
pub async fn visit_by_id(db: Db<'_>, id: LinkId) -> Result<Option<Visit>> {
    let row: Option<VisitRow> = on!(db, c => sqlx::query_as(VISIT_BY_ID).bind(id).fetch_optional(c).await?);
    Ok(row.map(Visit::from))
}
