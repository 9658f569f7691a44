use std::sync::mpsc::channel;

use crate::support::process::Home;
use crate::support::{TestApp, cases};

cases![a_server_told_to_stop_answers_what_it_accepted];

async fn a_server_told_to_stop_answers_what_it_accepted(app: TestApp) {
    let home = Home::of(&app);
    let server = home.serve();
    let (acks, received) = channel();
    let writers: Vec<_> = (0..16)
        .map(|writer| {
            let (caller, acks) = (server.caller(), acks.clone());
            std::thread::spawn(move || {
                let name = |n: usize| format!("stop {writer} {n}");
                for n in 0.. {
                    let Ok(reply) = caller.create_team(&name(n)) else { return };
                    assert_eq!(reply.status, 201, "{reply:?}");
                    acks.send(name(n)).unwrap();
                }
            })
        })
        .collect();
    drop(acks);
    let mut acknowledged: Vec<_> = received.iter().take(100).collect();
    assert!(server.stop(), "it ends well");
    acknowledged.extend(received);
    for writer in writers {
        writer.join().unwrap();
    }
    let mut saved: Vec<_> = home.serve().caller().teams().into_iter().filter(|name| name.starts_with("stop")).collect();
    acknowledged.sort();
    saved.sort();
    assert_eq!(saved, acknowledged, "what was done was answered, and the other way round");
}
