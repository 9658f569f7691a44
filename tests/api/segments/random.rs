//! Random rules over the world's few words.

use serde_json::{Value, json};

use super::world::{Dice, World};

fn window(dice: &mut Dice, world: &World) -> Value {
    let days = 1 + dice.roll(59);
    match dice.roll(4) {
        0 => json!({ "last": format!("{days}d") }),
        1 => json!({ "before_last": format!("{days}d") }),
        2 => json!({ "from": world.at(-60_000_000 * 60 * 24 * 30).to_string() }),
        _ => {
            let from = -i64::try_from(days).unwrap() * super::world::DAY;
            json!({ "from": world.at(from).to_string(), "to": world.at(from + 10 * super::world::DAY).to_string() })
        }
    }
}

fn range(dice: &mut Dice, least: u64, sides: u64) -> Value {
    let from = least + dice.roll(sides);
    match dice.roll(3) {
        0 => json!({ "at_least": from }),
        1 => json!({ "at_most": from }),
        _ => json!({ "at_least": from, "at_most": from + dice.roll(3) }),
    }
}

fn filter(dice: &mut Dice) -> Value {
    let mut out = json!({});
    let mut put = |dice: &mut Dice, sides: u64, key: &str, value: Value| {
        if dice.one_in(sides) {
            out[key] = value;
        }
    };
    let channel = dice.pick(&["web", "email", "call", "note"]);
    put(dice, 3, "channel", json!(channel));
    put(dice, 9, "channel", json!(["web", "store"]));
    let kind = dice.pick(&["page_view", "purchase", "form"]);
    put(dice, 2, "kind", json!(kind));
    let online = dice.one_in(2);
    put(dice, 5, "online", json!(online));
    put(dice, 6, "direction", json!("inbound"));
    put(dice, 6, "campaign", json!(["spring", "winter"]));
    put(dice, 8, "channel_group", json!(["Paid Search", "Email"]));
    let property = match dice.roll(5) {
        0 => json!({ "key": "plan", "op": "is", "value": "pro" }),
        1 => json!({ "key": "n", "op": "at_least", "value": 2 }),
        2 => json!({ "key": "$odd.key [1]", "op": "is", "value": true }),
        3 => json!({ "key": "plan", "op": "is_not", "value": ["free", "x' OR 1=1 --"] }),
        _ => json!({ "key": "absent", "op": "empty" }),
    };
    put(dice, 4, "property", property);
    out
}

fn touchpoints(dice: &mut Dice, world: &World) -> Value {
    let mut rule = json!({ "touchpoints": filter(dice) });
    if dice.one_in(2) {
        rule["window"] = window(dice, world);
    }
    let measured = dice.one_in(3);
    if measured {
        match dice.roll(3) {
            0 => {
                rule["sum"] = range(dice, 400, 1200);
                rule["sum"]["currency"] = json!(dice.pick(&["EUR", "USD"]));
            }
            1 => rule["first"] = window(dice, world),
            _ => rule["last"] = window(dice, world),
        }
    }
    if dice.one_in(2) {
        rule["count"] = range(dice, u64::from(measured), 3);
    }
    rule
}

fn leads(dice: &mut Dice, world: &World) -> Value {
    let stage = world.stages[usize::try_from(dice.roll(5)).unwrap()].to_string();
    let days = |dice: &mut Dice| format!("{}d", 1 + dice.roll(40));
    let filter = match dice.roll(13) {
        0 => json!({ "stage": stage }),
        1 => json!({ "status": dice.pick(&["open", "won", "lost"]) }),
        2 => json!({ "reached": stage }),
        3 => json!({ "entered": { "stage": stage, "window": window(dice, world) } }),
        4 => json!({ "in_stage_for": { "at_least": days(dice) } }),
        5 => json!({ "time_in_stage": { "stage": stage, "at_most": days(dice) } }),
        6 => {
            json!({ "value": { "currency": "EUR", "at_least": 1000, "at_most": 4000 }, "pipeline": world.pipeline.to_string() })
        }
        7 => json!({ "began": window(dice, world), "source": ["web", "x"] }),
        8 => json!({ "closed": window(dice, world) }),
        9 => json!({ "first_touch_group": "O'Group; --" }),
        10 => json!({ "last_touch_group": ["Paid Search", "Email"], "status": "open" }),
        11 => json!({ "custom": [{ "field": "seats", "op": "at_least", "value": 2 }] }),
        _ => json!({}),
    };
    if dice.one_in(3) { json!({ "leads": filter, "count": range(dice, 0, 3) }) } else { json!({ "leads": filter }) }
}

fn reached(dice: &mut Dice) -> (&'static str, &'static str, Value) {
    match dice.roll(7) {
        0 => ("email", dice.pick(&["is", "is_not"]), json!([" P7@Mail.Example", "p3@mail.example"])),
        1 => ("email", dice.pick(&["contains", "starts_with"]), json!("P1")),
        2 => ("email", "contains", json!("' OR 1=1 --")),
        3 => ("email", "domain", json!(dice.pick(&["mail.example", "почта.рф"]))),
        4 => ("phone", dice.pick(&["is", "is_not"]), json!("+351 910 000 606")),
        5 => {
            ("phone", dice.pick(&["contains", "starts_with"]), json!(dice.pick(&["+351 (91) 00-00", "351 91", "0101"])))
        }
        _ => (dice.pick(&["email", "phone"]), dice.pick(&["empty", "filled"]), Value::Null),
    }
}

fn company(dice: &mut Dice) -> (&'static str, &'static str, Value) {
    match dice.roll(8) {
        0 => ("company.name", dice.pick(&["is", "is_not", "contains"]), json!(dice.pick(&["Ромашка", "рОМАШКА"]))),
        1 => ("company.industry", dice.pick(&["is", "is_not"]), json!(["retail", "x' OR 1=1 --"])),
        2 => ("company.domain", "ends_with", json!(".example")),
        3 => ("company.country", dice.pick(&["is", "is_not"]), json!(["PT", "BR"])),
        4 => ("company.custom.staff", dice.pick(&["is", "is_not", "at_least", "at_most"]), json!(50.5)),
        5 => ("company.custom.langs", dice.pick(&["has_any", "has_all"]), json!(["tea", "coffee"])),
        6 => ("company.custom.turnover", "at_least", json!({ "amount": 150, "currency": "EUR" })),
        _ => {
            let field = dice.pick(&["company.industry", "company.custom.tier", "company.custom.langs"]);
            (field, dice.pick(&["empty", "filled"]), Value::Null)
        }
    }
}

fn field(dice: &mut Dice, world: &World) -> Value {
    let (field, op, value) = match dice.roll(20) {
        0 => ("job_title", "is", json!(["CEO", "x"])),
        1 => ("job_title", "contains", json!("%_")),
        2 => ("job_title", "ends_with", json!(dice.pick(&["Буквы", "БУКВЫ"]))),
        3 => ("job_title", dice.pick(&["empty", "filled"]), Value::Null),
        4 => ("source", dice.pick(&["is", "is_not"]), json!("web")),
        5 => ("city", dice.pick(&["is", "is_not", "starts_with"]), json!(dice.pick(&["Каз", "каз"]))),
        6 => ("custom.level", dice.pick(&["is", "is_not", "contains"]), json!("it's")),
        7 => ("custom.score", dice.pick(&["is", "is_not", "at_least", "at_most"]), json!(2.5)),
        8 => ("custom.score", "between", json!([1, 3])),
        9 => ("custom.vip", dice.pick(&["is", "is_not"]), json!(true)),
        10 => ("custom.likes", dice.pick(&["has_any", "has_all"]), json!(["tea", "a\"b"])),
        11 => ("custom.likes", dice.pick(&["empty", "filled"]), Value::Null),
        12 => ("custom.budget", dice.pick(&["at_least", "at_most"]), json!({ "amount": 150, "currency": "EUR" })),
        13 => {
            let op = dice.pick(&["in_last_days", "in_next_days", "anniversary_in_next_days"]);
            ("custom.born", op, json!(dice.roll(200)))
        }
        14 => ("created_at", "in", window(dice, world)),
        15 | 16 => reached(dice),
        17 | 18 => company(dice),
        _ => (dice.pick(&["job_title", "custom.score", "custom.level"]), "changed_in_last", json!("30d")),
    };
    if value.is_null() {
        json!({ "field": field, "op": op })
    } else {
        json!({ "field": field, "op": op, "value": value })
    }
}

fn sequence(dice: &mut Dice, world: &World) -> Value {
    let steps: Vec<_> = (0..2 + dice.roll(2)).map(|_| filter(dice)).collect();
    let mut rule = json!({ "sequence": steps, "within": format!("{}d", 1 + dice.roll(30)) });
    if dice.one_in(3) {
        rule["window"] = window(dice, world);
    }
    rule
}

/// A condition of any kind.
pub fn node(dice: &mut Dice, world: &World, depth: u64) -> Value {
    match dice.roll(if depth == 0 { 10 } else { 14 }) {
        0..=2 => touchpoints(dice, world),
        3 => sequence(dice, world),
        4 | 5 => leads(dice, world),
        6 | 7 => field(dice, world),
        8 => json!({ "tag": dice.pick(&["vip", "new", "ü", "none"]) }),
        9 => json!({ "consent": "email", "state": dice.pick(&["granted", "withdrawn", "none"]) }),
        10 => json!({ "not": node(dice, world, depth - 1) }),
        joined => {
            let several: Vec<_> = (0..=dice.roll(3)).map(|_| node(dice, world, depth - 1)).collect();
            if joined == 11 { json!({ "any": several }) } else { json!({ "all": several }) }
        }
    }
}
