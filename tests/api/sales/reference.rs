//! Random leads: the numbers of the API are those computed the slow way from each lead's stages.

use serde_json::{Value, json};

use super::{behind, report};
use crate::support::{TestApp, cases};

cases![sales_numbers_are_what_the_definitions_say];

const NAMES: [&str; 6] = ["New", "Contacted", "Qualified", "Proposal", "Won", "Lost"];

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Stays of a lead before `as_of`: stage, first day, last day; neighbours in one stage are one.
fn stays(entries: &[(usize, usize)], as_of: usize) -> Vec<(usize, usize, Option<usize>)> {
    let mut out: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (stage, day) in entries.iter().filter(|(_, day)| *day < as_of) {
        match out.last_mut() {
            Some(last) if last.0 == *stage => continue,
            Some(last) => last.2 = Some(*day),
            None => {}
        }
        out.push((*stage, *day, None));
    }
    out
}

fn day(day: usize) -> String {
    format!("2024-{:02}-{:02}T00:00:00Z", 1 + day / 28, 1 + day % 28)
}

async fn sales_numbers_are_what_the_definitions_say(app: TestApp) {
    let pipeline = app.pipeline().await;
    let mut dice = Dice(11);
    let mut leads = Vec::new();
    for _ in 0..60 {
        let first = dice.roll(28);
        let body = json!({ "pipeline_id": pipeline.id, "stage_id": pipeline.stage(NAMES[dice.roll(4)]), "entered_at": day(first) });
        let deal = app.deal(&app.key, body).await;
        for _ in 0..dice.roll(5) {
            let step = json!({ "stage_id": pipeline.stage(NAMES[dice.roll(6)]), "at": day(dice.roll(28)) });
            app.key.post(&format!("/api/v1/leads/{}/stage", deal.id()), step).await.ok();
        }
        let shown = app.admin.get(&format!("/api/v1/leads/{}/stages", deal.id())).await.ok();
        let entry = |stay: &Value| {
            let place = NAMES.iter().position(|name| stay["stage_name"] == *name).unwrap();
            let at = stay["entered_at"].as_str().unwrap();
            (place, at[8..10].parse::<usize>().unwrap() - 1)
        };
        leads.push(shown.items().iter().map(entry).collect::<Vec<_>>());
    }
    for (from, to, as_of) in [(0, 28, 60), (5, 20, 60), (5, 20, 15), (10, 12, 28), (0, 28, 9)] {
        let query = format!("from={}&to={}&as_of={}", day(from), day(to), day(as_of));
        let all: Vec<_> = leads.iter().map(|entries| stays(entries, as_of)).filter(|s| !s.is_empty()).collect();
        let now = report(&app, &pipeline, "sales", &query).await["current"].clone();
        let closed = |kind: usize| {
            let closed = all.iter().filter(move |s| s[s.len() - 1].0 == kind && (from..to).contains(&s[s.len() - 1].1));
            closed.map(|s| s[s.len() - 1].1 - s[0].1).collect::<Vec<_>>()
        };
        let (won, lost) = (closed(4), closed(5));
        let open = all.iter().filter(|s| s[s.len() - 1].0 < 4).count();
        assert_eq!(
            (&now["won"], &now["lost"], &now["open"]),
            (&json!(won.len()), &json!(lost.len()), &json!(open)),
            "{query}"
        );
        for (set, count) in [("won", won.len()), ("lost", lost.len()), ("open", open)] {
            assert_eq!(behind(&app, &pipeline, &format!("set={set}&{query}")).await, count, "{set} {query}");
        }
        let mean = (!won.is_empty()).then(|| {
            let sum = u32::try_from(won.iter().sum::<usize>()).unwrap();
            f64::from(sum) * 86_400.0 / f64::from(u32::try_from(won.len()).unwrap())
        });
        assert_eq!(now["cycle"]["mean_seconds"].as_f64().map(f64::round), mean.map(f64::round), "{query}");
        let times = report(&app, &pipeline, "time-in-stage", &query).await;
        for stage in 0..4 {
            let own: Vec<_> = all.iter().flatten().filter(|s| s.0 == stage && (from..to).contains(&s.1)).collect();
            let shown = &times["stages"][stage];
            let ended = own.iter().filter(|s| s.2.is_some()).count();
            assert_eq!((&shown["stays"], &shown["ended"]), (&json!(own.len()), &json!(ended)), "{query}");
            let end: Option<f64> = shown["curve"].as_array().unwrap().last().map(|p| p["survival"].as_f64().unwrap());
            let product = (0..60)
                .map(|length| {
                    let lasted = |s: &&&(usize, usize, Option<usize>)| s.2.unwrap_or(as_of) - s.1;
                    let at_risk = own.iter().filter(|s| lasted(s) >= length).count();
                    let gone = own.iter().filter(|s| s.2.is_some() && lasted(s) == length).count();
                    if gone == 0 {
                        1.0
                    } else {
                        1.0 - f64::from(u32::try_from(gone).unwrap()) / f64::from(u32::try_from(at_risk).unwrap())
                    }
                })
                .product::<f64>();
            assert!((end.unwrap_or(1.0) - product).abs() < 1e-9, "{query} {end:?} {product}");
        }
    }
}
