//! Timelines of clients, companies and leads, and the record page.

mod client360;
mod lines;
mod months;
mod paging;
