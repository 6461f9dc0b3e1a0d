//! A number that is verified beforehand, from then on: it hears no code, and nobody lays hands on it while its customer is at
//! Facebook or once they have taken it.

use std::time::Duration;

use reqwest::Method;
use setuplinks::{clock::Clock, sandbox::Outcome};

use super::{
    Wish,
    verifying::{BY_MESSAGE, TYPED, connects, count, gets, offered, wish},
};
use crate::{
    records,
    support::{on_both, until},
};

/// So much time passes, and whatever is due then is done.
async fn passes(wish: &Wish, clock: &Clock, minutes: u64) {
    clock.advance(Duration::from_mins(minutes));
    until("what is due to be done", || async {
        (!records::moves_numbers(&wish.house.app.store, clock.now()).await).then_some(())
    })
    .await;
}

on_both! {
    async fn what_is_verified_hears_nothing_more(db: Database) {
        let (wish, clock) = wish(db).await;
        let number = gets(&wish, &clock, BY_MESSAGE).await;
        wish.twilio().text("WhatsApp", &number, "Your WhatsApp code is 123-456").await;
        assert!(!records::keeps_codes(&wish.house.app.store).await, "nobody waits for it");
    }

    async fn nobody_looks_while_its_customer_is_at_facebook(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        passes(&wish, &clock, 30).await;
        assert_eq!(offered(&wish).await.len(), 1);
        let looked = count(&wish, "pooled");
        // The hour after which it is looked at is over, and the hour of their login is not.
        passes(&wish, &clock, 40).await;
        assert_eq!(count(&wish, "pooled"), looked, "they may be taking it out of the pool this very moment");
        clock.advance(Duration::from_mins(40));
        until("it to be looked at again", || async { (count(&wish, "pooled") > looked).then_some(()) }).await;
    }

    async fn what_meta_forgets_within_a_day_costs_no_further_code(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        wish.house.world().forget_proofs();
        clock.advance(Duration::from_mins(61));
        until("the ordinary page", || async { wish.look().await.has(TYPED).then_some(()) }).await;
        passes(&wish, &clock, 10).await;
        assert_eq!((count(&wish, "request_code"), wish.house.world().pool().len()), (1, 0));
        assert_eq!(offered(&wish).await, [""; 0]);
    }

    async fn who_was_at_facebook_before_the_operator_was_a_partner_types_the_code(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        offered(&wish).await;
        passes(&wish, &clock, 0).await;
        wish.house.world().empty_pool();
        let never = "update provisioned_numbers set pool_stage = null, pool_id = null, fence = fence + 1";
        assert_eq!(records::write(&wish.house.app.store, never).await, 1);
        assert!(wish.look().await.has(TYPED), "the code is theirs");
        passes(&wish, &clock, 2).await;
        assert!(wish.look().await.has(TYPED), "and stays so");
        assert_eq!((count(&wish, "add_phone_numbers"), wish.house.world().pool().len()), (1, 0));
        clock.advance(Duration::from_mins(60));
        until("it to be verified once they are not", || async { (count(&wish, "add_phone_numbers") == 2).then_some(()) }).await;
    }

    async fn what_its_customer_took_is_not_taken_out_of_the_pool_again(db: Database) {
        let (wish, clock) = wish(db).await;
        gets(&wish, &clock, BY_MESSAGE).await;
        connects(&wish, Outcome::Dedicated).await;
        let id = wish.stands("connected").await["id"].as_str().expect("an id").to_owned();
        let gone = wish.platform.request(Method::DELETE, &format!("/provisioned_phone_numbers/{id}"));
        wish.platform.send(gone).await;
        wish.stands("released").await;
        assert_eq!(count(&wish, "unpool"), 0, "its id there is nobody's, or somebody else's");
    }
}
