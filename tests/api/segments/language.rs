//! The language: faults with their places, limits, other segments, words.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use touchline::error::FieldError;
use touchline::pipelines::{PipelineId, StageId, StageKind};
use touchline::segments::SegmentId;
use touchline::segments::catalogue::{Catalogue, Custom, KnownSegment, KnownStage};
use touchline::segments::describe::{Language, describe};
use touchline::segments::parse::parse;
use touchline::segments::rule::Kind;

use crate::support::{TestApp, cases};

cases![
    every_fault_is_told_with_its_place,
    a_rule_is_bounded_in_depth_and_size,
    a_segment_cannot_depend_on_itself,
    a_rule_is_put_into_words_in_three_languages,
    a_language_may_have_a_region,
    an_injection_in_any_value_finds_nobody,
];

const STAGE: &str = "01900000-0000-7000-8000-000000000001";

fn catalogue() -> Catalogue {
    let custom = |kind, options: &[&str], deleted| Custom {
        label: "Level".to_owned(),
        kind,
        options: options.iter().map(ToString::to_string).collect(),
        deleted,
    };
    let stage =
        KnownStage { name: "Talk".into(), pipeline: PipelineId::new(), position: (1, 1), kind: StageKind::Open };
    Catalogue {
        contact_fields: BTreeMap::from([
            ("level".to_owned(), custom(Kind::Text, &["gold", "silver"], false)),
            ("score".to_owned(), custom(Kind::Number, &[], false)),
            ("gone".to_owned(), custom(Kind::Text, &[], true)),
            ("budget".to_owned(), custom(Kind::Money, &[], false)),
        ]),
        company_fields: BTreeMap::from([
            ("staff".to_owned(), custom(Kind::Number, &[], false)),
            ("gone".to_owned(), custom(Kind::Text, &[], true)),
        ]),
        stages: BTreeMap::from([(STAGE.parse::<StageId>().unwrap(), stage)]),
        ..Catalogue::default()
    }
}

fn rule(node: Value) -> Value {
    let mut rule = node;
    rule["version"] = json!(1);
    rule
}

fn faults(rule: &Value) -> Vec<(String, String)> {
    let errors = parse(rule, &catalogue(), None).expect_err("a fault");
    errors.into_iter().map(|FieldError { field, code, .. }| (field.into_owned(), code.into_owned())).collect()
}

async fn every_fault_is_told_with_its_place(_: TestApp) {
    for (node, place, code) in [
        (json!({ "tag": 5 }), "rule.tag", "type"),
        (json!({ "tag": "a\u{7}" }), "rule.tag", "format"),
        (json!({ "tag": "vip", "all": [] }), "rule", "required"),
        (json!({}), "rule", "required"),
        (json!({ "tag": "vip", "extra": 1 }), "rule.extra", "unknown"),
        (
            json!({ "all": [{ "tag": "a" }, { "tag": "b" }, { "touchpoints": {}, "count": { "at_least": "x" } }] }),
            "rule.all[2].count.at_least",
            "range",
        ),
        (json!({ "all": [{ "tag": "a" }, { "touchpoints": {}, "count": {} }] }), "rule.all[1].count", "required"),
        (
            json!({ "any": [{ "not": { "field": "nose", "op": "is", "value": "x" } }] }),
            "rule.any[0].not.field",
            "unknown",
        ),
        (json!({ "field": "custom.gone", "op": "filled" }), "rule.field", "deleted"),
        (json!({ "field": "custom.nose", "op": "filled" }), "rule.field", "unknown"),
        (json!({ "field": "custom.score", "op": "contains", "value": "1" }), "rule.op", "choice"),
        (json!({ "field": "custom.score", "op": "is", "value": "1" }), "rule.value", "type"),
        (json!({ "field": "custom.score", "op": "between", "value": [3, 1] }), "rule.value", "range"),
        (json!({ "field": "custom.level", "op": "is", "value": ["gold", "tin"] }), "rule.value", "choice"),
        (json!({ "field": "custom.level", "op": "is" }), "rule.value", "required"),
        (json!({ "field": "custom.level", "op": "empty", "value": 1 }), "rule.value", "unknown"),
        (
            json!({ "field": "custom.budget", "op": "between", "value": [{ "amount": 1, "currency": "EUR" }, { "amount": 2, "currency": "USD" }] }),
            "rule.value",
            "currency",
        ),
        (json!({ "field": "created_at", "op": "in", "value": { "last": "0d" } }), "rule.value.last", "format"),
        (
            json!({ "field": "created_at", "op": "in", "value": { "last": "1d", "from": "2026-01-01" } }),
            "rule.value",
            "required",
        ),
        (
            json!({ "field": "created_at", "op": "in", "value": { "from": "2026-01-02", "to": "2026-01-01" } }),
            "rule.value",
            "range",
        ),
        (json!({ "field": "owner", "op": "is", "value": "' OR 1=1 --" }), "rule.value", "choice"),
        (json!({ "field": "owner", "op": "is", "value": STAGE }), "rule.value", "unknown"),
        (json!({ "field": "company.domain", "op": "changed_in_last", "value": "1d" }), "rule.op", "choice"),
        (json!({ "field": "company.name", "op": "changed_in_last", "value": "1d" }), "rule.op", "choice"),
        (json!({ "field": "company.custom.nose", "op": "filled" }), "rule.field", "unknown"),
        (json!({ "field": "company.custom.gone", "op": "filled" }), "rule.field", "deleted"),
        (json!({ "field": "company.custom.staff", "op": "contains", "value": "5" }), "rule.op", "choice"),
        (json!({ "field": "email", "op": "is", "value": "nobody" }), "rule.value", "format"),
        (
            json!({ "field": "email", "op": "domain", "value": ["a.example", "not a domain"] }),
            "rule.value[1]",
            "format",
        ),
        (json!({ "field": "email", "op": "at_least", "value": "a" }), "rule.op", "choice"),
        (json!({ "field": "phone", "op": "is", "value": "912345678" }), "rule.value", "format"),
        (json!({ "field": "phone", "op": "starts_with", "value": "+35+1" }), "rule.value", "format"),
        (json!({ "field": "phone", "op": "domain", "value": "a.example" }), "rule.op", "choice"),
        (json!({ "leads": { "first_touch_group": 5 } }), "rule.leads.first_touch_group", "type"),
        (json!({ "leads": { "last_touch_group": [] } }), "rule.leads.last_touch_group", "length"),
        (json!({ "touchpoints": { "channel_group": ["a", ""] } }), "rule.touchpoints.channel_group[1]", "format"),
        (json!({ "consent": "fax", "state": "granted" }), "rule.consent", "choice"),
        (json!({ "consent": "email", "state": "maybe" }), "rule.state", "choice"),
        (json!({ "touchpoints": { "channel": "web'; DROP TABLE contacts" } }), "rule.touchpoints.channel", "choice"),
        (json!({ "touchpoints": { "channel": ["web", "fax"] } }), "rule.touchpoints.channel[1]", "choice"),
        (
            json!({ "touchpoints": { "property": { "key": "a\"b", "op": "filled" } } }),
            "rule.touchpoints.property.key",
            "format",
        ),
        (json!({ "touchpoints": {}, "sum": { "currency": "XYZ", "at_least": 1 } }), "rule.sum.currency", "choice"),
        (
            json!({ "touchpoints": {}, "sum": { "currency": "EUR", "at_least": 1 }, "count": { "at_most": 0 } }),
            "rule.count",
            "range",
        ),
        (json!({ "sequence": [{}], "within": "1d" }), "rule.sequence", "length"),
        (json!({ "sequence": [{}, {}] }), "rule.within", "required"),
        (json!({ "leads": { "stage": "x" } }), "rule.leads.stage", "choice"),
        (
            json!({ "leads": { "stage": [STAGE], "reached": "01900000-0000-7000-8000-000000000009" } }),
            "rule.leads.reached",
            "unknown",
        ),
        (
            json!({ "leads": { "value": { "currency": "EUR", "at_least": 2, "at_most": 1 } } }),
            "rule.leads.value",
            "range",
        ),
        (json!({ "segment": "01900000-0000-7000-8000-000000000009" }), "rule.segment", "unknown"),
    ] {
        assert_eq!(faults(&rule(node.clone())), [(place.to_owned(), code.to_owned())], "{node}");
    }
    assert_eq!(faults(&json!({ "tag": "x" })), [("rule.version".to_owned(), "required".to_owned())]);
    assert_eq!(faults(&json!({ "version": 2, "tag": "x" })), [("rule.version".to_owned(), "choice".to_owned())]);
    let zone = json!({ "version": 1, "tag": "x", "time_zone": "Mars/Olympus" });
    assert_eq!(faults(&zone), [("rule.time_zone".to_owned(), "choice".to_owned())]);
    assert_eq!(faults(&json!([])), [("rule".to_owned(), "type".to_owned())]);
}

async fn a_rule_is_bounded_in_depth_and_size(_: TestApp) {
    let mut deep = json!({ "tag": "x" });
    for _ in 0..8 {
        deep = json!({ "not": deep });
    }
    assert!(parse(&rule(deep.clone()), &catalogue(), None).is_ok());
    let codes: Vec<_> = faults(&rule(json!({ "not": deep }))).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, ["depth"]);
    let wide =
        json!({ "any": [{ "all": vec![json!({ "tag": "x" }); 60] }, { "all": vec![json!({ "tag": "x" }); 60] }] });
    assert_eq!(faults(&rule(wide)), [("rule".to_owned(), "length".to_owned())]);
    assert_eq!(faults(&rule(json!({ "all": [] }))), [("rule.all".to_owned(), "length".to_owned())]);
}

async fn a_segment_cannot_depend_on_itself(_: TestApp) {
    let (a, b) = (SegmentId::new(), SegmentId::new());
    let mut known = catalogue();
    let of = |id: SegmentId| Some(rule(json!({ "all": [{ "tag": "x" }, { "segment": id.to_string() }] })));
    known.segments.insert(a, KnownSegment { name: "A".into(), rule: of(b) });
    known.segments.insert(b, KnownSegment { name: "B".into(), rule: Some(rule(json!({ "tag": "y" }))) });
    assert!(parse(&of(a).unwrap(), &known, None).is_ok());
    let errors = parse(&of(a).unwrap(), &known, Some(b)).unwrap_err();
    assert_eq!((errors[0].field.as_ref(), errors[0].code.as_ref()), ("rule.all[1].segment", "cycle"));
    let errors = parse(&of(b).unwrap(), &known, Some(b)).unwrap_err();
    assert_eq!((errors.len(), errors[0].code.as_ref()), (1, "cycle"));
    known.segments.insert(
        b,
        KnownSegment { name: "B".into(), rule: Some(rule(json!({ "field": "custom.gone", "op": "filled" }))) },
    );
    let errors = parse(&of(a).unwrap(), &known, None).unwrap_err();
    assert_eq!((errors[0].field.as_ref(), errors[0].code.as_ref()), ("rule.all[1].segment", "broken"));
}

async fn a_rule_is_put_into_words_in_three_languages(_: TestApp) {
    let known = catalogue();
    let words = |node: Value| {
        let read = parse(&rule(node), &known, None).unwrap();
        Language::ALL.iter().map(|language| describe(&read, &known, *language)).collect::<Vec<_>>()
    };
    let node = json!({ "all": [
        { "field": "country", "op": "is", "value": ["PT", "BR"] },
        { "not": { "tag": "vip" } },
        { "touchpoints": { "channel": "web", "kind": "page_view" }, "window": { "last": "2d" }, "count": { "at_least": 3 } },
    ] });
    assert_eq!(
        words(node),
        [
            "(country is “PT” or “BR”) and no tag “vip” and at least 3 touchpoints (channel: website; kind: “page_view”) in the last 2 days",
            "(страна — «PT» или «BR») и нет тега «vip» и не менее 3 касаний (канал: сайт; вид: «page_view») за последние 2 дня",
            "(país é “PT” ou “BR”) e sem a tag “vip” e no mínimo 3 interações (canal: site; tipo: “page_view”) nos últimos 2 dias",
        ]
    );
    let node = json!({ "all": [
        { "leads": { "first_touch_group": ["Paid Search", "Email"], "last_touch_group": "Direct" } },
        { "field": "email", "op": "domain", "value": "@Mail.example" },
        { "field": "phone", "op": "starts_with", "value": "+351 91" },
        { "field": "company.country", "op": "is", "value": "PT" },
        { "field": "company.custom.staff", "op": "at_least", "value": 50 },
    ] });
    assert_eq!(
        words(node),
        [
            "at least one lead (first-touch channel group: “Paid Search” or “Email”; last-touch channel group: “Direct”) and e-mail is at the domain “mail.example” and phone starts with “+35191” and company’s country is “PT” and the company’s “Level” is at least 50",
            "есть сделка (группа каналов первого касания: «Paid Search» или «Email»; группа каналов последнего касания: «Direct») и эл. почта на домене «mail.example» и телефон начинается с «+35191» и страна компании — «PT» и поле компании «Level» — не менее 50",
            "pelo menos um negócio (grupo de canais da primeira interação: “Paid Search” ou “Email”; grupo de canais da última interação: “Direct”) e e-mail é do domínio “mail.example” e telefone começa com “+35191” e país da empresa é “PT” e “Level” da empresa: no mínimo 50",
        ]
    );
    let node = json!({ "any": [
        { "sequence": [{ "channel": "web" }, { "online": false }], "within": "36h" },
        { "leads": { "reached": STAGE, "value": { "currency": "EUR", "at_least": 150_000 } } },
        { "touchpoints": { "channel": "call" }, "count": { "at_most": 0 } },
    ] });
    assert_eq!(
        words(node),
        [
            "(touchpoint (channel: website), then touchpoint (offline), all within 36 hours) or at least one lead (reached the stage “Talk”; value: at least 1,500.00 EUR) or no touchpoints (channel: call)",
            "(касание (канал: сайт), затем касание (офлайн), всё в течение 36 часов) или есть сделка (этап «Talk» достигнут; сумма: не менее 1\u{a0}500,00 EUR) или нет касаний (канал: звонок)",
            "(interação (canal: site), depois interação (offline), tudo em até 36 horas) ou pelo menos um negócio (etapa “Talk” alcançada; valor: no mínimo 1.500,00 EUR) ou nenhuma interação (canal: ligação)",
        ]
    );
}

async fn a_language_may_have_a_region(app: TestApp) {
    let rule = rule(json!({ "tag": "vip" }));
    for (language, words) in
        [("pt-BR", "tag “vip”"), ("PT-pt", "tag “vip”"), ("ru-RU", "есть тег «vip»"), ("en-US", "tag “vip”")]
    {
        let body = json!({ "rule": rule, "language": language });
        let tried = app.marketer.post("/api/v1/segments/preview", body).await.ok();
        assert_eq!(tried.json["conditions"][0]["words"], words, "{language}");
    }
    let ann = app.person("ann", &["vip"]).await;
    app.reader.get(&format!("/api/v1/contacts/{ann}/segments?language=pt-BR")).await.ok();
    app.reader.get(&format!("/api/v1/contacts/{ann}/segments?language=de")).await.problem(422, "invalid");
    for wrong in ["de", "ptBR", ""] {
        let body = json!({ "rule": rule, "language": wrong });
        app.marketer.post("/api/v1/segments/preview", body).await.problem(422, "invalid");
    }
}

async fn an_injection_in_any_value_finds_nobody(app: TestApp) {
    app.person("ann", &["vip"]).await;
    let fields = [("contact", "level", "text"), ("company", "tier", "text"), ("lead", "why", "text")];
    for (entity, key, kind) in fields {
        let field = json!({ "entity": entity, "key": key, "label": key, "kind": kind });
        app.admin.post("/api/v1/fields", field).await.created();
    }
    let evil = "x') OR 1=1; DROP TABLE contacts; --";
    let texts =
        ["job_title", "source", "city", "custom.level", "company.name", "company.country", "company.custom.tier"];
    let mut nodes: Vec<Value> =
        vec![json!({ "tag": evil }), json!({ "field": "email", "op": "contains", "value": evil })];
    for field in texts {
        for op in ["is", "contains", "starts_with", "ends_with"] {
            nodes.push(json!({ "field": field, "op": op, "value": evil }));
        }
    }
    for name in ["kind", "campaign", "channel_group", "source", "utm_source", "utm_medium", "utm_content"] {
        nodes.push(json!({ "touchpoints": { name: evil } }));
    }
    nodes.push(json!({ "touchpoints": { "property": { "key": "x') OR 1=1 --", "op": "is", "value": evil } } }));
    for name in ["source", "first_touch_group", "last_touch_group"] {
        nodes.push(json!({ "leads": { name: [evil] } }));
    }
    nodes.push(json!({ "leads": { "reason": { "op": "contains", "value": evil } } }));
    nodes.push(json!({ "leads": { "custom": [{ "field": "why", "op": "is", "value": evil }] } }));
    let known = json!({ "rules": [{ "group": evil, "any": [{ "all": [{ "field": "source", "is": [evil] }] }] }] });
    app.manager.put_any("/api/v1/channel-groups", known).await.ok();
    for node in nodes {
        let answer = app.marketer.post("/api/v1/segments/preview", json!({ "rule": rule(node.clone()) })).await.ok();
        assert_eq!(answer.json["count"], 0, "{node}");
    }
    for node in [
        json!({ "field": evil, "op": "empty" }),
        json!({ "field": "job_title", "op": evil, "value": "x" }),
        json!({ "field": "email", "op": "is", "value": evil }),
        json!({ "field": "email", "op": "domain", "value": evil }),
        json!({ "field": "phone", "op": "contains", "value": evil }),
        json!({ "touchpoints": { "channel": evil } }),
        json!({ "leads": { "stage": evil } }),
        json!({ "segment": evil }),
        json!({ "touchpoints": {}, "window": { "last": evil } }),
        json!({ "touchpoints": {}, "sum": { "currency": evil, "at_least": 1 } }),
    ] {
        app.marketer.post("/api/v1/segments/preview", json!({ "rule": rule(node) })).await.problem(422, "invalid");
    }
    assert_eq!(app.manager.get("/api/v1/contacts").await.ok().items().len(), 1);
}
