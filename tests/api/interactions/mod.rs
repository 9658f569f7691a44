//! Touchpoints: recording one or many, correcting, listing.

mod batch;
mod corrections;
mod listing;
mod recording;
mod replies;
mod together;
