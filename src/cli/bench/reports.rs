//! Reports over all leads and over those of a month: the second must not cost what the first does.

use chrono::TimeDelta;

use super::client::Request;
use super::work::Thing;
use crate::accounts::Principal;
use crate::db::Connection;
use crate::db::types::Instant;
use crate::error::Result;
use crate::funnel::{self, FunnelQuery};
use crate::http::{Reply, parse_query};
use crate::pipelines::PipelineId;
use crate::sales::{self, SalesQuery, StageTimesQuery};

type Count = fn(&mut Connection, &str) -> Result<Reply>;

/// The reports that are measured.
#[must_use]
pub fn things(pipeline: PipelineId) -> Vec<Thing> {
    let thing = |name, path: &str, count: Count, (from, to): (i64, i64), more: &str| {
        let query = format!("pipeline_id={pipeline}&from={}&to={}{more}", day(from), day(to));
        let path = format!("/api/v1/reports/{path}?{query}");
        Thing {
            name,
            request: Box::new(move |_| Request::get(path.clone())),
            local: Box::new(move |conn, _| Ok(count(conn, &query)?.body.len())),
            writes: false,
        }
    };
    let (all, month) = ((800, -1), (430, 400));
    vec![
        thing("funnel over all leads", "funnel", funnel, all, ""),
        thing("funnel over all leads, three modes", "funnel", funnel, all, "&mode=reached,strict,visited"),
        thing("funnel over all leads by source", "funnel", funnel, all, "&breakdown=source"),
        thing("funnel over the leads of a month", "funnel", funnel, month, ""),
        thing("win rate, cycle, velocity of a month", "sales", outcome, month, ""),
        thing("time in stage of a month's stays", "time-in-stage", times, month, ""),
    ]
}

fn day(ago: i64) -> String {
    Instant::now().plus(-TimeDelta::days(ago)).to_utc().format("%Y-%m-%dT00:00:00Z").to_string()
}

fn funnel(conn: &mut Connection, query: &str) -> Result<Reply> {
    let funnel = parse_query::<FunnelQuery>(query)?.ask().funnel(conn)?;
    Reply::ok(&funnel::report(conn, &Principal::system(), &funnel, None)?)
}

fn outcome(conn: &mut Connection, query: &str) -> Result<Reply> {
    let ask = parse_query::<SalesQuery>(query)?.ask(conn)?;
    Reply::ok(&sales::outcome(conn, &Principal::system(), &ask, None)?)
}

fn times(conn: &mut Connection, query: &str) -> Result<Reply> {
    let ask = parse_query::<StageTimesQuery>(query)?.ask(conn)?;
    Reply::ok(&sales::stage_times(conn, &Principal::system(), &ask, None)?)
}
