use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use crate::support::process::{Caller, Home, Server};
use crate::support::{TestApp, cases};

cases![what_was_acknowledged_survives_twenty_kills_and_nothing_is_there_twice];

const WRITERS: usize = 8;
/// Acknowledged writes after which the process is killed.
const LOAD: usize = 60;

async fn what_was_acknowledged_survives_twenty_kills_and_nothing_is_there_twice(app: TestApp) {
    let home = Home::of(&app);
    let (mut acknowledged, mut unknown): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for round in 0..20 {
        let server = home.serve();
        // What got no answer before the last kill is sent again, as any client would.
        let caller = server.caller();
        for name in unknown.drain(..) {
            let reply = caller.create_team(&name).unwrap();
            assert_eq!(reply.status, 201, "a retry is answered as the first try was: {reply:?}");
            acknowledged.push(name);
        }
        let (writers, acks) = write_for_ever(&server, round);
        acknowledged.extend(acks.iter().take(LOAD));
        server.kill();
        acknowledged.extend(acks);
        unknown = writers.into_iter().map(|writer| writer.join().unwrap()).collect();
    }
    let server = home.serve();
    let saved: Vec<_> = server.caller().teams().into_iter().filter(|name| name.starts_with("kill")).collect();
    let distinct: BTreeSet<_> = saved.iter().collect();
    assert_eq!(distinct.len(), saved.len(), "something is there twice");
    let lost: Vec<_> = acknowledged.iter().filter(|name| !distinct.contains(name)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() >= 20 * LOAD);
}

/// Writers that end when the server does, each returning the name of the write that got no answer.
fn write_for_ever(server: &Server, round: usize) -> (Vec<JoinHandle<String>>, Receiver<String>) {
    let (acks, received) = channel();
    let writers = (0..WRITERS).map(|writer| {
        let (caller, acks) = (server.caller(), acks.clone());
        std::thread::spawn(move || write(&caller, &acks, &format!("kill {round} {writer}")))
    });
    (writers.collect(), received)
}

fn write(caller: &Caller, acks: &Sender<String>, prefix: &str) -> String {
    for n in 0.. {
        let name = format!("{prefix} {n}");
        match caller.create_team(&name) {
            Ok(reply) => {
                assert_eq!(reply.status, 201, "{reply:?}");
                acks.send(name).unwrap();
            }
            Err(_) => return name,
        }
    }
    unreachable!("writers end with the server")
}
