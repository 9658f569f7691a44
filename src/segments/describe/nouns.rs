//! Nouns that are counted, in every language.

use super::grammar::Noun;
use super::language::Language;

/// A unit of time.
#[derive(Debug)]
pub(super) struct Unit {
    pub seconds: i64,
    pub noun: Noun,
    /// One of it, as an object.
    pub accusative: &'static str,
    /// `in the last` before one and before several.
    pub last: [&'static str; 2],
}

/// Something that a client has any number of.
#[derive(Debug)]
pub(super) struct Owned {
    pub noun: Noun,
    /// There is none.
    pub none: &'static str,
    /// There is one or there are more.
    pub some: &'static str,
}

const fn noun(one: &'static str, few: &'static str, many: &'static str) -> Noun {
    Noun { one, few, many }
}

const fn english(seconds: i64, one: &'static str, many: &'static str) -> Unit {
    Unit { seconds, noun: noun(one, many, many), accusative: one, last: ["in the last", "in the last"] }
}

const fn portuguese(seconds: i64, one: &'static str, many: &'static str, last: [&'static str; 2]) -> Unit {
    Unit { seconds, noun: noun(one, many, many), accusative: one, last }
}

const fn russian(seconds: i64, noun: Noun, accusative: &'static str, last: &'static str) -> Unit {
    Unit { seconds, noun, accusative, last: [last, "за последние"] }
}

static ENGLISH: [Unit; 4] = [
    english(86_400, "day", "days"),
    english(3600, "hour", "hours"),
    english(60, "minute", "minutes"),
    english(1, "second", "seconds"),
];
static RUSSIAN: [Unit; 4] = [
    russian(86_400, noun("день", "дня", "дней"), "день", "за последний"),
    russian(3600, noun("час", "часа", "часов"), "час", "за последний"),
    russian(60, noun("минута", "минуты", "минут"), "минуту", "за последнюю"),
    russian(1, noun("секунда", "секунды", "секунд"), "секунду", "за последнюю"),
];
static PORTUGUESE: [Unit; 4] = [
    portuguese(86_400, "dia", "dias", ["no último", "nos últimos"]),
    portuguese(3600, "hora", "horas", ["na última", "nas últimas"]),
    portuguese(60, "minuto", "minutos", ["no último", "nos últimos"]),
    portuguese(1, "segundo", "segundos", ["no último", "nos últimos"]),
];

static TOUCHPOINTS: [Owned; 3] = [
    Owned {
        noun: noun("touchpoint", "touchpoints", "touchpoints"),
        none: "no touchpoints",
        some: "at least one touchpoint",
    },
    Owned {
        noun: noun("касание", "касания", "касаний"), none: "нет касаний", some: "есть касание"
    },
    Owned {
        noun: noun("interação", "interações", "interações"),
        none: "nenhuma interação",
        some: "pelo menos uma interação",
    },
];
static LEADS: [Owned; 3] = [
    Owned { noun: noun("lead", "leads", "leads"), none: "no leads", some: "at least one lead" },
    Owned {
        noun: noun("сделка", "сделки", "сделок"), none: "нет сделок", some: "есть сделка"
    },
    Owned { noun: noun("negócio", "negócios", "negócios"), none: "nenhum negócio", some: "pelo menos um negócio" },
];

impl Language {
    /// Days, hours, minutes, seconds.
    pub(super) const fn units(self) -> &'static [Unit; 4] {
        self.pick([&ENGLISH, &RUSSIAN, &PORTUGUESE])
    }

    pub(super) fn touchpoints(self) -> &'static Owned {
        let [english, russian, portuguese] = &TOUCHPOINTS;
        self.pick([english, russian, portuguese])
    }

    pub(super) fn leads(self) -> &'static Owned {
        let [english, russian, portuguese] = &LEADS;
        self.pick([english, russian, portuguese])
    }
}
