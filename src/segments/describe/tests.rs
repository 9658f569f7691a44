//! Rules and what they say: each as a native reader would say it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Language, describe};
use crate::pipelines::{PipelineId, StageKind};
use crate::segments::catalogue::{Catalogue, Custom, KnownSegment, KnownStage};
use crate::segments::parse::parse;
use crate::segments::rule::Kind;

const STAGE: &str = "01900000-0000-7000-8000-000000000001";
const USER: &str = "01900000-0000-7000-8000-000000000002";
const SEGMENT: &str = "01900000-0000-7000-8000-000000000003";

fn catalogue() -> Catalogue {
    let kinds = [
        ("born", "Born", Kind::Date),
        ("score", "Score", Kind::Number),
        ("level", "Level", Kind::Text),
        ("news", "Newsletter", Kind::Boolean),
        ("likes", "Likes", Kind::List),
        ("budget", "Budget", Kind::Money),
    ];
    let field = |(key, label, kind): (&str, &str, Kind)| {
        (key.to_owned(), Custom { label: label.to_owned(), kind, options: Vec::new(), deleted: false })
    };
    let fields: BTreeMap<_, _> = kinds.into_iter().map(field).collect();
    let stage =
        KnownStage { name: "Talk".into(), pipeline: PipelineId::new(), position: (1, 1), kind: StageKind::Open };
    let segment = KnownSegment { name: "Buyers".into(), rule: None };
    Catalogue {
        contact_fields: fields.clone(),
        company_fields: fields.clone(),
        lead_fields: fields,
        stages: BTreeMap::from([(STAGE.parse().unwrap(), stage)]),
        users: BTreeMap::from([(USER.parse().unwrap(), "Ana Lopes".to_owned())]),
        segments: BTreeMap::from([(SEGMENT.parse().unwrap(), segment)]),
        ..Catalogue::default()
    }
}

/// Rules without their version, and each in English, Russian, Portuguese. `$S` is the stage, `$U` the user, `$G` the segment.
const SAID: &[(&str, [&str; 3])] = &[
    (
        r#"{"all":[{"field":"country","op":"is","value":["PT","BR"]},{"not":{"tag":"vip"}},{"segment":"$G"}]}"#,
        [
            "(country is “PT” or “BR”) and no tag “vip” and in the segment “Buyers”",
            "(страна — «PT» или «BR») и нет тега «vip» и входит в сегмент «Buyers»",
            "(país é “PT” ou “BR”) e sem a tag “vip” e está no segmento “Buyers”",
        ],
    ),
    (
        r#"{"field":"country","op":"is_not","value":["PT","BR","DE"]}"#,
        [
            "country is neither “PT”, “BR” nor “DE”",
            "страна — не «PT», не «BR» и не «DE»",
            "país não é “PT”, “BR” nem “DE”",
        ],
    ),
    (r#"{"field":"owner","op":"empty"}"#, ["owner is empty", "ответственный не указан", "responsável está vazio"]),
    (r#"{"not":{"field":"city","op":"empty"}}"#, ["city is filled", "город указан", "cidade está preenchida"]),
    (
        r#"{"field":"owner","op":"is","value":"$U"}"#,
        ["owner is Ana Lopes", "ответственный — Ana Lopes", "responsável é Ana Lopes"],
    ),
    (
        r#"{"field":"anonymous","op":"is_not","value":true}"#,
        ["not an anonymous visitor", "не анонимный посетитель", "visitante não anônimo"],
    ),
    (
        r#"{"field":"created_at","op":"in","value":{"last":"1d"}}"#,
        ["created in the last day", "создан за последний день", "criado no último dia"],
    ),
    (
        r#"{"field":"updated_at","op":"in","value":{"before_last":"1d"}}"#,
        ["changed more than 1 day ago", "изменён больше 1 дня назад", "alterado há mais de 1 dia"],
    ),
    (
        r#"{"field":"created_at","op":"in","value":{"from":"2026-01-01","to":"2026-02-01"},"time_zone":"America/Sao_Paulo"}"#,
        [
            "created from 1 Jan 2026 through 31 Jan 2026 [time zone: America/Sao_Paulo]",
            "создан с 01.01.2026 по 31.01.2026 [часовой пояс: America/Sao_Paulo]",
            "criado de 01/01/2026 até 31/01/2026 [fuso horário: America/Sao_Paulo]",
        ],
    ),
    (
        r#"{"field":"created_at","op":"in","value":{"from":"2026-01-01T09:30:00Z","to":"2026-02-01"}}"#,
        [
            "created from 1 Jan 2026, 09:30 UTC until 1 Feb 2026",
            "создан с 01.01.2026 09:30 UTC до 01.02.2026",
            "criado de 01/01/2026 09:30 UTC até antes de 01/02/2026",
        ],
    ),
    (
        r#"{"field":"created_at","op":"in","value":{"from":"2026-01-01","to":"2026-01-02"}}"#,
        ["created on 1 Jan 2026", "создан 01.01.2026", "criado em 01/01/2026"],
    ),
    (
        r#"{"field":"created_at","op":"in","value":{"to":"2026-01-01"}}"#,
        ["created before 1 Jan 2026", "создан раньше 01.01.2026", "criado antes de 01/01/2026"],
    ),
    (
        r#"{"field":"email","op":"domain","value":["a.example","b.example"]}"#,
        [
            "e-mail is at the domain “a.example” or “b.example”",
            "эл. почта на домене «a.example» или «b.example»",
            "e-mail é do domínio “a.example” ou “b.example”",
        ],
    ),
    (
        r#"{"field":"company.custom.score","op":"at_least","value":12500.5}"#,
        [
            "the company’s “Score” is at least 12,500.5",
            "поле компании «Score» — не менее 12\u{a0}500,5",
            "“Score” da empresa: no mínimo 12.500,5",
        ],
    ),
    (
        r#"{"field":"custom.born","op":"anniversary_in_next_days","value":7}"#,
        [
            "anniversary of “Born” in the next 7 days",
            "годовщина поля «Born» — в ближайшие 7 дней",
            "aniversário de “Born” nos próximos 7 dias",
        ],
    ),
    (
        r#"{"all":[{"field":"custom.born","op":"anniversary_in_next_days","value":1},{"tag":"x"}],"time_zone":"Europe/Moscow"}"#,
        [
            "(anniversary of “Born” today or tomorrow) and tag “x” [time zone: Europe/Moscow]",
            "(годовщина поля «Born» — сегодня или завтра) и есть тег «x» [часовой пояс: Europe/Moscow]",
            "(aniversário de “Born” hoje ou amanhã) e tag “x” [fuso horário: Europe/Moscow]",
        ],
    ),
    (
        r#"{"field":"custom.born","op":"in_last_days","value":5}"#,
        ["“Born” is in the last 5 days", "поле «Born» — за последние 5 дней", "“Born”: nos últimos 5 dias"],
    ),
    (
        r#"{"field":"custom.born","op":"in_next_days","value":101}"#,
        ["“Born” is in the next 101 days", "поле «Born» — в ближайший 101 день", "“Born”: nos próximos 101 dias"],
    ),
    (
        r#"{"field":"custom.born","op":"between","value":["2026-01-31","2026-02-28"]}"#,
        [
            "“Born” is from 31 Jan 2026 through 28 Feb 2026",
            "поле «Born» — с 31.01.2026 по 28.02.2026",
            "“Born”: de 31/01/2026 até 28/02/2026",
        ],
    ),
    (
        r#"{"field":"custom.budget","op":"at_least","value":{"amount":250050,"currency":"EUR"}}"#,
        [
            "“Budget” is at least 2,500.50 EUR",
            "поле «Budget» — не менее 2\u{a0}500,50 EUR",
            "“Budget”: no mínimo 2.500,50 EUR",
        ],
    ),
    (
        r#"{"field":"custom.news","op":"is_not","value":true}"#,
        ["“Newsletter”: no or empty", "поле «Newsletter»: нет или не заполнено", "“Newsletter”: não ou vazio"],
    ),
    (
        r#"{"field":"custom.likes","op":"has_all","value":["a","b"]}"#,
        ["“Likes” includes “a” and “b”", "поле «Likes» включает «a» и «b»", "“Likes” inclui “a” e “b”"],
    ),
    (
        r#"{"field":"custom.level","op":"changed_in_last","value":"21d"}"#,
        [
            "“Level” changed in the last 21 days",
            "поле «Level» изменилось за последний 21 день",
            "“Level” mudou nos últimos 21 dias",
        ],
    ),
    (
        r#"{"field":"city","op":"changed_in_last","value":"1h"}"#,
        ["address changed in the last hour", "адрес изменился за последний час", "endereço mudou na última hora"],
    ),
    (
        r#"{"field":"family_name","op":"changed_in_last","value":"21m"}"#,
        [
            "last name changed in the last 21 minutes",
            "фамилия изменилась за последнюю 21 минуту",
            "sobrenome mudou nos últimos 21 minutos",
        ],
    ),
    (
        r#"{"consent":"call","state":"withdrawn"}"#,
        ["consent to calls: withdrawn", "согласие на звонки: отозвано", "consentimento para ligações: retirado"],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_least":1},"window":{"last":"5d"}}"#,
        [
            "at least one touchpoint in the last 5 days",
            "есть касание за последние 5 дней",
            "pelo menos uma interação nos últimos 5 dias",
        ],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_least":2},"window":{"before_last":"5d"}}"#,
        [
            "at least 2 touchpoints more than 5 days ago",
            "не менее 2 касаний больше 5 дней назад",
            "no mínimo 2 interações há mais de 5 dias",
        ],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_least":5},"window":{"last":"2h"}}"#,
        [
            "at least 5 touchpoints in the last 2 hours",
            "не менее 5 касаний за последние 2 часа",
            "no mínimo 5 interações nas últimas 2 horas",
        ],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_most":1}}"#,
        ["at most 1 touchpoint", "не более 1 касания", "no máximo 1 interação"],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_most":0},"window":{"last":"1h"}}"#,
        ["no touchpoints in the last hour", "нет касаний за последний час", "nenhuma interação na última hora"],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_least":21,"at_most":101}}"#,
        ["from 21 to 101 touchpoints", "от 21 до 101 касания", "de 21 a 101 interações"],
    ),
    (
        r#"{"touchpoints":{},"count":{"at_least":21,"at_most":21}}"#,
        ["exactly 21 touchpoints", "ровно 21 касание", "exatamente 21 interações"],
    ),
    (
        r#"{"not":{"touchpoints":{"channel":["call","meeting","web"],"direction":"inbound"}}}"#,
        [
            "no touchpoints (channel: website, call or meeting; direction: from the client)",
            "нет касаний (канал: сайт, звонок или встреча; направление: от клиента)",
            "nenhuma interação (canal: site, ligação ou reunião; direção: do cliente)",
        ],
    ),
    (
        r#"{"touchpoints":{"online":false,"property":{"key":"z","op":"filled"}},"sum":{"currency":"EUR","at_least":250050},"first":{"before_last":"30d"},"last":{"last":"7d"}}"#,
        [
            "at least one touchpoint (offline; property “z” is filled), totalling at least 2,500.50 EUR, the first more than 30 days ago, the last in the last 7 days",
            "есть касание (офлайн; свойство «z» заполнено), на сумму не менее 2\u{a0}500,50 EUR, первое — больше 30 дней назад, последнее — за последние 7 дней",
            "pelo menos uma interação (offline; propriedade “z” está preenchida), somando no mínimo 2.500,50 EUR, a primeira há mais de 30 dias, a última nos últimos 7 dias",
        ],
    ),
    (
        r#"{"all":[{"tag":"a"},{"sequence":[{"channel":"web"},{"online":false}],"within":"7d"}]}"#,
        [
            "tag “a” and (touchpoint (channel: website), then touchpoint (offline), all within 7 days)",
            "есть тег «a» и (касание (канал: сайт), затем касание (офлайн), всё в течение 7 дней)",
            "tag “a” e (interação (canal: site), depois interação (offline), tudo em até 7 dias)",
        ],
    ),
    (r#"{"leads":{},"count":{"at_most":0}}"#, ["no leads", "нет сделок", "nenhum negócio"]),
    (
        r#"{"leads":{"status":"won","stage":"$S"},"count":{"at_least":2}}"#,
        [
            "at least 2 leads (stage now: “Talk”; state: won)",
            "не менее 2 сделок (текущий этап: «Talk»; состояние: выиграна)",
            "no mínimo 2 negócios (etapa atual: “Talk”; situação: ganho)",
        ],
    ),
    (
        r#"{"not":{"leads":{"reached":"$S"}}}"#,
        [
            "no leads (reached the stage “Talk”)",
            "нет сделок (этап «Talk» достигнут)",
            "nenhum negócio (etapa “Talk” alcançada)",
        ],
    ),
    (
        r#"{"leads":{"entered":{"stage":"$S","window":{"before_last":"7d"}},"in_stage_for":{"at_least":"1d","at_most":"21d"}}}"#,
        [
            "at least one lead (entered the stage “Talk” more than 7 days ago; time in the present stage: from 1 day to 21 days)",
            "есть сделка (переход на этап «Talk» больше 7 дней назад; время на текущем этапе: от 1 дня до 21 дня)",
            "pelo menos um negócio (entrada na etapa “Talk” há mais de 7 dias; tempo na etapa atual: de 1 dia a 21 dias)",
        ],
    ),
    (
        r#"{"leads":{"closed":{"to":"2026-05-01"},"custom":[{"field":"level","op":"empty"}],"last_touch_group":"Paid Search"}}"#,
        [
            "at least one lead (last-touch channel group: “Paid Search”; closed before 1 May 2026; “Level” is empty)",
            "есть сделка (группа каналов последнего касания: «Paid Search»; закрытие — раньше 01.05.2026; поле «Level» не заполнено)",
            "pelo menos um negócio (grupo de canais da última interação: “Paid Search”; fechamento antes de 01/05/2026; “Level” está vazio)",
        ],
    ),
    (
        r#"{"rfm":{"group":["at_risk","lost"],"recency":{"at_least":4},"monetary":{"at_least":5,"at_most":5}}}"#,
        [
            "RFM (group: “At risk” or “Lost”; recency: at least 4; value: exactly 5)",
            "RFM (группа: «Под угрозой» или «Потерянные»; давность: не менее 4; сумма: ровно 5)",
            "RFM (grupo: “Em risco” ou “Perdidos”; recência: no mínimo 4; valor: exatamente 5)",
        ],
    ),
    (
        r#"{"any":[{"all":[{"tag":"a"},{"tag":"b"}]},{"not":{"any":[{"tag":"c"},{"segment":"$G"}]}}]}"#,
        [
            "(tag “a” and tag “b”) or not (tag “c” or in the segment “Buyers”)",
            "(есть тег «a» и есть тег «b») или неверно, что (есть тег «c» или входит в сегмент «Buyers»)",
            "(tag “a” e tag “b”) ou não é verdade que (tag “c” ou está no segmento “Buyers”)",
        ],
    ),
    (
        r#"{"all":[{"not":{"field":"custom.news","op":"is","value":true}},{"not":{"not":{"field":"country","op":"is","value":["PT","BR"]}}},{"not":{"field":"email","op":"is","value":"a@b.example"}}]}"#,
        [
            "(“Newsletter”: no or empty) and (country is “PT” or “BR”) and not (e-mail is “a@b.example”)",
            "(поле «Newsletter»: нет или не заполнено) и (страна — «PT» или «BR») и неверно, что (эл. почта — «a@b.example»)",
            "(“Newsletter”: não ou vazio) e (país é “PT” ou “BR”) e não é verdade que (e-mail é “a@b.example”)",
        ],
    ),
];

#[test]
fn every_rule_is_said_as_one_says_it() {
    let known = catalogue();
    for (rule, wanted) in SAID {
        let text = rule.replace("$S", STAGE).replace("$U", USER).replace("$G", SEGMENT);
        let mut value: Value = serde_json::from_str(&text).unwrap();
        value["version"] = json!(1);
        let read = parse(&value, &known, None).unwrap_or_else(|errors| panic!("{rule}: {errors:?}"));
        let said: Vec<_> = Language::ALL.iter().map(|language| describe(&read, &known, *language)).collect();
        assert_eq!(said, wanted, "{rule}");
    }
}
