//! Whether the process lives, and whether it can take work.

use std::time::Duration;

use actix_web::web::Data;
use diesel::connection::SimpleConnection;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{Reply, Routes, handlers};

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`: trouble is told by a problem instead.
    #[schema(pattern = "^ok$")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// The routes of health checks.
pub fn routes(cfg: &mut Routes) {
    handlers!(cfg: live, ready);
}

/// Says that the process lives. A supervisor restarts it where this fails.
#[utoipa::path(get, path = "/health/live", operation_id = "get_liveness", tag = "operations", responses((status = 200, body = Health)))]
async fn live() -> Result<Reply> {
    Reply::ok(&OK)
}

/// Says that the server can take work: the database answers and its queues have room. 503 otherwise.
#[utoipa::path(get, path = "/health/ready", operation_id = "get_readiness", tag = "operations", responses((status = 200, body = Health)))]
async fn ready(app: Data<App>) -> Result<Reply> {
    let load = app.db.load();
    if load.reads.max(load.writes) * 10 > load.capacity * 9 {
        return Err(Error::unavailable("the database queues are nearly full"));
    }
    let asked = app.db.read(|conn| Ok(conn.batch_execute("SELECT 1")?));
    tokio::time::timeout(PATIENCE, asked).await.map_err(Error::unavailable)??;
    Reply::ok(&OK)
}
