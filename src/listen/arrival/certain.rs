//! Whose an account is that a business came with. The worst that could be done is to give a stranger's account to a customer,
//! so the answer is nobody wherever another answer is possible.
//!
//! A signup counts as possible when its customer was at Facebook when the account was shared. What a browser says is no
//! evidence: anybody can open a link of their own and claim somebody else's account. Evidence is what Meta has proven and what
//! platforms have said, in this order:
//!
//! 1. The account has the number that was bought for that very link, or the one that the link reconnects and that the customer
//!    had connected in this very account. Then it is theirs, unless another possible signup can say the same.
//! 2. The account has the number that the platform expects, proven by code. A platform can be trusted with its own customers
//!    and no others, so no possible signup of another platform may be left that might be meant as well.
//! 3. The account's one number is of a business whose numbers only this customer has. Then no other possible signup may be left.

use crate::id::{LinkId, ProjectId, SignupId};

/// How well an account fits a signup. The later of two is the better.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It might be theirs as much as anybody's.
    Open,
    /// It is of their business.
    Business(String),
    /// It has the number that their platform expects.
    Named(String),
    /// It has a number that is theirs and nobody else's.
    Proven(String),
}

impl Fit {
    fn rank(&self) -> u8 {
        match self {
            Self::Open => 0,
            Self::Business(_) => 1,
            Self::Named(_) => 2,
            Self::Proven(_) => 3,
        }
    }
}

/// A signup that the account may belong to.
#[derive(Clone, Debug)]
pub(super) struct Possible {
    /// The signup.
    pub(super) signup: SignupId,
    /// Its link.
    pub(super) link: LinkId,
    /// Its platform's project.
    pub(super) project: ProjectId,
    /// Whether it can go on: its customer is still at Facebook, and the link is good.
    pub(super) can_go_on: bool,
    /// How well the account fits it.
    pub(super) fit: Fit,
}

/// The one signup whose account it certainly is, and Meta's id of the number; the newest of its link.
pub(super) fn choose(possible: &[Possible]) -> Option<(SignupId, String)> {
    let best = possible.iter().max_by_key(|one| one.fit.rank())?;
    let others = || possible.iter().filter(|other| other.link != best.link);
    let (number, is_certain) = match &best.fit {
        Fit::Open => return None,
        Fit::Proven(number) => (number, others().all(|other| other.fit.rank() < best.fit.rank())),
        Fit::Named(number) => {
            let is_rival = |other: &Possible| other.project != best.project || other.fit.rank() == best.fit.rank();
            (number, !others().any(is_rival))
        }
        Fit::Business(number) => (number, others().next().is_none()),
    };
    let own = possible.iter().filter(|one| one.link == best.link && one.can_go_on && one.fit == best.fit);
    let newest = own.max_by_key(|one| one.signup)?;
    is_certain.then(|| (newest.signup, number.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    /// Signups by their links and platforms, each with how well it fits.
    fn stage(all: &[(u8, u8, Fit)]) -> (Vec<Possible>, Option<usize>) {
        let id = |kind: u8, n: u8| uuid::Uuid::from_bytes([kind, n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        let possible: Vec<Possible> = all
            .iter()
            .enumerate()
            .map(|(at, (link, project, fit))| Possible {
                signup: SignupId::new(Timestamp(i64::try_from(at).unwrap())),
                link: LinkId(id(1, *link)),
                project: ProjectId(id(2, *project)),
                can_go_on: true,
                fit: fit.clone(),
            })
            .collect();
        let chosen = choose(&possible).map(|(id, number)| {
            assert_eq!(number, "9");
            possible.iter().position(|one| one.signup == id).unwrap()
        });
        (possible, chosen)
    }

    fn chosen(all: &[(u8, u8, Fit)]) -> Option<usize> {
        stage(all).1
    }

    #[test]
    fn nobody_is_chosen_without_evidence() {
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[(1, 1, Fit::Open)]), None, "that it is the only one is no evidence");
    }

    #[test]
    fn a_number_of_ones_own_is_evidence_against_all_but_the_same() {
        let proven = || Fit::Proven("9".to_owned());
        assert_eq!(chosen(&[(1, 1, Fit::Open), (2, 1, proven()), (3, 2, Fit::Named("9".to_owned()))]), Some(1));
        assert_eq!(chosen(&[(1, 1, proven()), (2, 2, proven())]), None);
    }

    #[test]
    fn a_platform_s_word_counts_among_its_own_customers() {
        let named = || Fit::Named("9".to_owned());
        assert_eq!(chosen(&[(1, 1, named())]), Some(0));
        assert_eq!(chosen(&[(1, 1, named()), (2, 1, Fit::Open)]), Some(0));
        assert_eq!(chosen(&[(1, 1, named()), (2, 2, Fit::Open)]), None, "another platform's customer may be meant");
        assert_eq!(chosen(&[(1, 1, named()), (2, 1, named())]), None);
    }

    #[test]
    fn a_business_is_evidence_where_nobody_else_is_there() {
        let business = || Fit::Business("9".to_owned());
        assert_eq!(chosen(&[(1, 1, business())]), Some(0));
        assert_eq!(chosen(&[(1, 1, business()), (2, 1, Fit::Open)]), None);
    }

    #[test]
    fn of_several_tries_on_one_link_the_last_goes_on_that_can() {
        let named = || Fit::Named("9".to_owned());
        let (mut possible, last) = stage(&[(1, 1, named()), (1, 1, named())]);
        assert_eq!(last, Some(1));
        possible[1].can_go_on = false;
        assert_eq!(choose(&possible).map(|(id, _)| id), Some(possible[0].signup));
        possible[0].can_go_on = false;
        assert_eq!(choose(&possible), None);
    }
}
