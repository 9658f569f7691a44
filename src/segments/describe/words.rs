//! The words that descriptions are made of, in every language side by side: none can be forgotten in one of them.

use super::grammar::Agreeing;
use super::language::Language;

macro_rules! words {
    ($($word:ident: $english:literal, $russian:literal, $portuguese:literal;)+) => {
        /// A language's words; `{}` stands for what is said with them.
        #[derive(Debug)]
        pub(super) struct Words {
            $(pub $word: &'static str,)+
            pub empty: Agreeing,
            pub filled: Agreeing,
            pub changed: Agreeing,
            /// `in the next` before one day and before several.
            pub next: [&'static str; 2],
        }

        static ENGLISH: Words = Words {
            $($word: $english,)+
            empty: ["{} is empty", "{} is empty", "{} is empty"],
            filled: ["{} is filled", "{} is filled", "{} is filled"],
            changed: ["{} changed {}", "{} changed {}", "{} changed {}"],
            next: ["in the next", "in the next"],
        };
        static RUSSIAN: Words = Words {
            $($word: $russian,)+
            empty: ["{} не указан", "{} не указана", "{} не заполнено"],
            filled: ["{} указан", "{} указана", "{} заполнено"],
            changed: ["{} изменился {}", "{} изменилась {}", "{} изменилось {}"],
            next: ["в ближайший", "в ближайшие"],
        };
        static PORTUGUESE: Words = Words {
            $($word: $portuguese,)+
            empty: ["{} está vazio", "{} está vazia", "{} está vazio"],
            filled: ["{} está preenchido", "{} está preenchida", "{} está preenchido"],
            changed: ["{} mudou {}", "{} mudou {}", "{} mudou {}"],
            next: ["no próximo", "nos próximos"],
        };
    };
}

// English, Russian, Portuguese.
words! {
    and: "and", "и", "e";
    or: "or", "или", "ou";
    nor: "nor", "и", "nem";
    not: "not ({})", "неверно, что ({})", "não é verdade que ({})";
    nothing: "no conditions", "условий нет", "sem condições";
    zone: "[time zone: {}]", "[часовой пояс: {}]", "[fuso horário: {}]";
    yes: "yes", "да", "sim";
    no: "no", "нет", "não";
    or_empty: "{} or empty", "{} или не заполнено", "{} ou vazio";
    is: "{} is {}", "{} — {}", "{} é {}";
    is_not: "{} is not {}", "{} — {}", "{} não é {}";
    is_none_of: "{} is neither {}", "{} — {}", "{} não é {}";
    not_this: "{}", "не {}", "{}";
    lies: "{} is {}", "{} — {}", "{}: {}";
    contains: "{} contains {}", "{} содержит {}", "{} contém {}";
    starts_with: "{} starts with {}", "{} начинается с {}", "{} começa com {}";
    ends_with: "{} ends with {}", "{} заканчивается на {}", "{} termina com {}";
    at_domain: "{} is at the domain {}", "{} на домене {}", "{} é do domínio {}";
    includes: "{} includes {}", "{} включает {}", "{} inclui {}";
    anniversary: "anniversary of {} {}", "годовщина {} — {}", "aniversário de {} {}";
    anonymous: "anonymous visitor", "анонимный посетитель", "visitante anônimo";
    not_anonymous: "not an anonymous visitor", "не анонимный посетитель", "visitante não anônimo";
    created: "created {}", "создан {}", "criado {}";
    updated: "changed {}", "изменён {}", "alterado {}";
    own_field: "{}", "поле {}", "{}";
    of_own_field: "{}", "поля {}", "{}";
    company_field: "the company’s {}", "поле компании {}", "{} da empresa";
    of_company_field: "the company’s {}", "поля компании {}", "{} da empresa";
    property: "property {}", "свойство {}", "propriedade {}";
    at_least: "at least {}", "не менее {}", "no mínimo {}";
    at_most: "at most {}", "не более {}", "no máximo {}";
    exactly: "exactly {}", "ровно {}", "exatamente {}";
    from_to: "from {} to {}", "от {} до {}", "de {} a {}";
    any_number: "any number of {}", "любое число {}", "qualquer número de {}";
    day_most: "on or before {}", "не позже {}", "até {}";
    longer_ago: "more than {} ago", "больше {} назад", "há mais de {}";
    since: "on or after {}", "не раньше {}", "a partir de {}";
    before: "before {}", "раньше {}", "antes de {}";
    on: "on {}", "{}", "em {}";
    through: "from {} through {}", "с {} по {}", "de {} até {}";
    until: "from {} until {}", "с {} до {}", "de {} até antes de {}";
    today: "today", "сегодня", "hoje";
    yesterday: "yesterday or today", "вчера или сегодня", "ontem ou hoje";
    tomorrow: "today or tomorrow", "сегодня или завтра", "hoje ou amanhã";
    tag: "tag {}", "есть тег {}", "tag {}";
    no_tag: "no tag {}", "нет тега {}", "sem a tag {}";
    consent: "consent to {}: {}", "согласие на {}: {}", "consentimento para {}: {}";
    granted: "granted", "дано", "concedido";
    withdrawn: "withdrawn", "отозвано", "retirado";
    unsaid: "nothing said", "не сказано", "nada informado";
    segment: "in the segment {}", "входит в сегмент {}", "está no segmento {}";
    no_segment: "not in the segment {}", "не входит в сегмент {}", "não está no segmento {}";
    direction: "direction", "направление", "direção";
    online: "online", "онлайн", "online";
    offline: "offline", "офлайн", "offline";
    touchpoint: "touchpoint", "касание", "interação";
    then: ", then ", ", затем ", ", depois ";
    within: "all within {}", "всё в течение {}", "tudo em até {}";
    the_first: "the first {}", "первое — {}", "a primeira {}";
    the_last: "the last {}", "последнее — {}", "a última {}";
    sum: "totalling {}", "на сумму {}", "somando {}";
    pipeline: "pipeline", "воронка", "pipeline";
    stage: "stage now", "текущий этап", "etapa atual";
    status: "state", "состояние", "situação";
    open: "open", "открыта", "aberto";
    won: "won", "выиграна", "ganho";
    lost: "lost", "проиграна", "perdido";
    reached: "reached the stage {}", "этап {} достигнут", "etapa {} alcançada";
    entered: "entered the stage {} {}", "переход на этап {} {}", "entrada na etapa {} {}";
    in_stage: "time in the present stage", "время на текущем этапе", "tempo na etapa atual";
    time_in: "time in the stage {}", "время на этапе {}", "tempo na etapa {}";
    value: "value", "сумма", "valor";
    lost_reason: "lost reason", "причина отказа", "motivo da perda";
    reason: "reason given", "указанная причина", "motivo informado";
    owner: "owner", "ответственный", "responsável";
    source: "source", "источник", "origem";
    began: "began {}", "начало — {}", "início {}";
    closed: "closed {}", "закрытие — {}", "fechamento {}";
    rfm: "any RFM score", "есть оценка RFM", "alguma nota RFM";
    group: "group", "группа", "grupo";
    recency: "recency", "давность", "recência";
    frequency: "frequency", "частота", "frequência";
    monetary: "value", "сумма", "valor";
}

impl Language {
    /// Its words.
    pub(super) const fn words(self) -> &'static Words {
        self.pick([&ENGLISH, &RUSSIAN, &PORTUGUESE])
    }
}
