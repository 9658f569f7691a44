use touchline::accounts::{Role, commands};

use super::{PASSWORD, log_in};
use crate::support::{TestApp, cases};

cases![
    a_user_made_on_the_command_line_logs_in,
    a_password_reset_on_the_command_line_is_good,
    the_command_line_names_bad_fields
];

/// Commands run on a thread without an event loop.
async fn command<T: Send + 'static>(app: &TestApp, work: impl FnOnce(&touchline::db::Db) -> T + Send + 'static) -> T {
    let db = app.state.db.clone();
    actix_web::web::block(move || work(&db)).await.unwrap()
}

async fn a_user_made_on_the_command_line_logs_in(app: TestApp) {
    let account = command(&app, |db| {
        commands::create_user(db, "Ops@touchline.example", "Ops", Role::Admin, Some(PASSWORD.to_owned()))
    })
    .await
    .unwrap();
    assert_eq!((account.made_up, account.user.email()), (None, "ops@touchline.example"));
    log_in(&app.anon, "ops", PASSWORD).await.ok();
    let users = command(&app, commands::list_users).await.unwrap();
    assert_eq!((users.len(), users[0].name()), (8, "Ops"));
}

async fn a_password_reset_on_the_command_line_is_good(app: TestApp) {
    let reset = |db: &touchline::db::Db| commands::reset_password(db, "Sales@touchline.example ", None);
    let password = command(&app, reset).await.unwrap().made_up.unwrap();
    log_in(&app.anon, "sales", &password).await.ok();
}

async fn the_command_line_names_bad_fields(app: TestApp) {
    let error = command(&app, |db| commands::create_user(db, "x", "", Role::Admin, None)).await.unwrap_err();
    let fields: Vec<_> = error.errors.iter().map(|error| error.field.as_ref()).collect();
    assert_eq!(fields, ["email", "name"]);
    let unknown = command(&app, |db| commands::reset_password(db, "no@body.example", None)).await.unwrap_err();
    assert_eq!(unknown.code.as_str(), "not_found");
}
