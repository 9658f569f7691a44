//! Random leads: every number of the API equals the one computed the slow way, and opens into as many leads.

use serde_json::{Value, json};
use touchline::accounts::Principal;
use touchline::contacts::ContactId;
use touchline::db::types::Instant;
use touchline::pipelines::StageId;
use touchline::pipelines::leads::moves::{self, StageMove};
use touchline::pipelines::leads::{NewLead, store};

use crate::support::sales::Pipeline;
use crate::support::{TestApp, cases};

cases![every_number_is_what_the_definitions_say];

const NAMES: [&str; 6] = ["New", "Contacted", "Qualified", "Proposal", "Won", "Lost"];
const STEPS: usize = 5;
const DAY: i64 = 86_400_000_000;

/// A small generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// The entries of a lead: stage and day, and what it is worth.
struct Known {
    entries: Vec<(usize, i64)>,
    amount: i64,
}

fn start() -> Instant {
    "2024-01-01T00:00:00Z".parse().unwrap()
}

fn on(day: i64) -> Instant {
    Instant::from_micros(start().micros() + day * DAY).unwrap()
}

/// Makes a lead of random moves, some back-dated, and reads its stays.
async fn random_lead(app: &TestApp, pipeline: &Pipeline, contact: ContactId, dice: &mut Dice) -> Known {
    let stage = |n: u64| pipeline.stage(NAMES[usize::try_from(n).unwrap()]).parse::<StageId>().unwrap();
    let day = |dice: &mut Dice| i64::try_from(dice.roll(40)).unwrap();
    let begins = if dice.roll(4) == 0 { dice.roll(6) } else { 0 };
    let amount = i64::try_from(dice.roll(1000)).unwrap();
    let new = NewLead {
        pipeline_id: Some(pipeline.id.parse().unwrap()),
        stage_id: Some(stage(begins)),
        title: Some("Deal".into()),
        entered_at: Some(on(day(dice))),
        amount: Some(amount),
        currency: Some("EUR".into()),
        ..NewLead::default()
    };
    let moves: Vec<_> = (0..dice.roll(6)).map(|_| (stage(dice.roll(6)), on(day(dice)))).collect();
    let make = move |conn: &mut touchline::db::Connection| {
        let by = Principal::system();
        let (lead, _) = store::insert(conn, &by, contact, &new)?;
        for (stage_id, at) in &moves {
            let step = StageMove { stage_id: *stage_id, at: Some(*at), reason: None, lost_reason_id: None };
            moves::move_stage(conn, &by, lead.id, None, &step)?;
        }
        Ok(lead.id)
    };
    let id = app.state.db.write(make).await.unwrap();
    let stays = app.admin.get(&format!("/api/v1/leads/{id}/stages")).await.ok();
    let entry = |stay: &Value| {
        let place = NAMES.iter().position(|name| stay["stage_name"] == *name).unwrap();
        let at: Instant = stay["entered_at"].as_str().unwrap().parse().unwrap();
        (place, (at.micros() - start().micros()) / DAY)
    };
    Known { entries: stays.items().iter().map(entry).collect(), amount }
}

/// The first entries to each step by the definitions, in days; the entries that count; the stage it is in.
struct Facts {
    cohort: i64,
    times: [Option<i64>; STEPS],
    entries: Vec<(usize, i64)>,
    standing: usize,
}

fn facts(known: &Known, mode: &str, window: Option<i64>, as_of: i64) -> Option<Facts> {
    let mut entries: Vec<(usize, i64)> = Vec::new();
    for (stage, day) in known.entries.iter().filter(|(_, day)| *day < as_of) {
        if entries.last().is_none_or(|(last, _)| last != stage) {
            entries.push((*stage, *day));
        }
    }
    let cohort = entries.iter().find(|(stage, _)| *stage == 0)?.1;
    if !(5..30).contains(&cohort) {
        return None;
    }
    let standing = entries.last()?.0;
    entries.retain(|(_, day)| window.is_none_or(|window| day - cohort <= window));
    let first = |wanted: &dyn Fn(usize) -> bool| entries.iter().find(|(stage, _)| wanted(*stage)).map(|(_, day)| *day);
    let mut times = [None; STEPS];
    let mut rest = entries.iter().skip_while(|(stage, _)| *stage != 0);
    let mut stopped = false;
    for (k, time) in times.iter_mut().enumerate() {
        *time = match mode {
            "reached" => first(&|stage| stage >= k && stage != 5),
            "visited" => first(&|stage| stage == k),
            _ => {
                let next = if stopped { None } else { rest.find(|(stage, _)| *stage >= k && *stage != 5) };
                let found = next.filter(|(stage, _)| *stage == k).map(|(_, day)| *day);
                stopped = found.is_none();
                found
            }
        };
    }
    Some(Facts { cohort, times, entries, standing })
}

impl Facts {
    fn is(&self, k: usize, outcome: &str) -> bool {
        let visits = self.entries.iter().filter(|(stage, _)| *stage == k).count();
        let dropped = k > 0 && self.times[k - 1].is_some() && self.times[k].is_none();
        match outcome {
            "entered" => self.times[k].is_some(),
            "dropped" => dropped,
            "lost" => dropped && self.standing == 5,
            "open" => dropped && self.standing < 4,
            "won" => dropped && self.standing == 4,
            "skipped" => visits == 0 && self.entries.iter().any(|(stage, _)| *stage > k && *stage != 5),
            "re_entered" => visits > 1,
            _ => panic!("{outcome}"),
        }
    }
}

const OUTCOMES: [(&str, &str); 7] = [
    ("entered", "entered"),
    ("dropped", "dropped"),
    ("lost", "dropped_lost"),
    ("open", "dropped_open"),
    ("won", "dropped_won"),
    ("skipped", "skipped"),
    ("re_entered", "re_entered"),
];

async fn every_number_is_what_the_definitions_say(app: TestApp) {
    let pipeline = app.pipeline().await;
    let contact: ContactId = app.buyer("Ann").await.parse().unwrap();
    let mut dice = Dice(7);
    let mut leads = Vec::new();
    for _ in 0..80 {
        leads.push(random_lead(&app, &pipeline, contact, &mut dice).await);
    }
    for mode in ["reached", "strict", "visited"] {
        for window in [None, Some(3), Some(10)] {
            for as_of in [12, 25, 60] {
                check(&app, &pipeline, &leads, mode, window, as_of).await;
            }
        }
    }
}

async fn check(app: &TestApp, pipeline: &Pipeline, leads: &[Known], mode: &str, window: Option<i64>, as_of: i64) {
    let cohort: Vec<_> = leads.iter().filter_map(|lead| Some((facts(lead, mode, window, as_of)?, lead))).collect();
    let within = window.map_or(String::new(), |days| format!("&window={days}d"));
    let query =
        format!("pipeline_id={}&from={}&to={}&as_of={}&mode={mode}{within}", pipeline.id, on(5), on(30), on(as_of));
    let answer = app.admin.get(&format!("/api/v1/reports/funnel?{query}")).await.ok();
    let total = &answer.json["total"];
    assert_eq!(total["cohort"], cohort.len(), "{query}");
    let immature = cohort.iter().filter(|(facts, _)| window.is_some_and(|window| facts.cohort + window >= as_of));
    assert_eq!(total["immature_leads"], immature.count(), "{query}");
    for k in 0..STEPS {
        let step = &total["modes"][0]["steps"][k];
        for (outcome, name) in OUTCOMES {
            let count = cohort.iter().filter(|(facts, _)| facts.is(k, outcome)).count();
            assert_eq!(step[name], count, "{name} of step {k}: {query}");
            if (k + count) % 4 == 1 {
                let behind = format!("step={}&outcome={outcome}&limit=200", pipeline.stage(NAMES[k]));
                let page = app.admin.get(&format!("/api/v1/reports/funnel/leads?{query}&{behind}")).await.ok();
                assert_eq!((page.items().len(), &page.json["total"]), (count, &json!(count)), "{behind}: {query}");
            }
        }
        let entered: Vec<_> = cohort.iter().filter_map(|(facts, lead)| Some((facts, facts.times[k]?, *lead))).collect();
        let worth: i64 = entered.iter().map(|(_, _, lead)| lead.amount).sum();
        assert_eq!(step["value"][0]["amount"].as_i64().unwrap_or(0), worth, "{query}");
        if k > 0 {
            let mut times: Vec<i64> =
                entered.iter().map(|(facts, at, _)| (at - facts.cohort).max(0) * 86_400).collect();
            times.sort_unstable();
            let middle = |n: usize| times.get(n).copied().unwrap_or(0);
            let doubled = times.len().checked_sub(1).map(|last| middle(last / 2) + middle(last.div_ceil(2)));
            let shown = step["median_seconds"].as_f64().map(|seconds| (seconds * 2.0).round());
            #[expect(clippy::cast_precision_loss, reason = "seconds of days")]
            let wanted = doubled.map(|seconds| seconds as f64);
            assert_eq!(shown, wanted, "{query}");
        }
    }
}
