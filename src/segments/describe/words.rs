//! The words that descriptions are made of, in every language side by side: none can be forgotten in one of them.

/// One form for one, one for a few (Russian 2–4), one for many.
pub(super) type Forms = [&'static str; 3];

macro_rules! words {
    ($($word:ident: $english:literal, $russian:literal, $portuguese:literal;)+) => {
        /// A language's words.
        pub(super) struct Words {
            $(pub $word: &'static str,)+
            pub times: Forms,
            pub days: Forms,
            pub hours: Forms,
            pub minutes: Forms,
            pub seconds: Forms,
            /// The column of [`NAMES`].
            language: usize,
            /// Whether forms go by the last digits, as in Russian.
            slavic: bool,
        }

        pub(super) static ENGLISH: Words = Words {
            $($word: $english,)+
            times: ["time", "times", "times"],
            days: ["day", "days", "days"],
            hours: ["hour", "hours", "hours"],
            minutes: ["minute", "minutes", "minutes"],
            seconds: ["second", "seconds", "seconds"],
            language: 0,
            slavic: false,
        };
        pub(super) static RUSSIAN: Words = Words {
            $($word: $russian,)+
            times: ["раз", "раза", "раз"],
            days: ["день", "дня", "дней"],
            hours: ["час", "часа", "часов"],
            minutes: ["минута", "минуты", "минут"],
            seconds: ["секунда", "секунды", "секунд"],
            language: 1,
            slavic: true,
        };
        pub(super) static PORTUGUESE: Words = Words {
            $($word: $portuguese,)+
            times: ["vez", "vezes", "vezes"],
            days: ["dia", "dias", "dias"],
            hours: ["hora", "horas", "horas"],
            minutes: ["minuto", "minutos", "minutos"],
            seconds: ["segundo", "segundos", "segundos"],
            language: 2,
            slavic: false,
        };
    };
}

// English, Russian, Portuguese.
words! {
    and: "and", "и", "e";
    or: "or", "или", "ou";
    not: "not", "не", "não";
    nothing: "nothing is asked", "условий нет", "sem condições";
    yes: "yes", "да", "sim";
    no: "no", "нет", "não";
    is: "is", "—", "é";
    is_not: "is not", "не", "não é";
    contains: "contains", "содержит", "contém";
    starts_with: "starts with", "начинается с", "começa com";
    ends_with: "ends with", "заканчивается на", "termina com";
    at_domain: "is at the domain", "на домене", "é do domínio";
    at_least: "at least", "не менее", "no mínimo";
    at_most: "at most", "не более", "no máximo";
    is_empty: "is empty", "не заполнено", "está vazio";
    is_filled: "is filled", "заполнено", "está preenchido";
    has_any: "has any of", "содержит хотя бы одно из", "tem algum de";
    has_all: "has all of", "содержит все из", "tem todos de";
    changed: "changed", "изменено", "mudou";
    in_last: "in the last", "за последние", "nos últimos";
    in_next: "in the next", "в ближайшие", "nos próximos";
    before_last: "longer ago than", "раньше, чем за последние", "há mais de";
    since: "from", "с", "desde";
    before: "before", "до", "antes de";
    anniversary: "has an anniversary in the next", "годовщина в ближайшие", "faz aniversário nos próximos";
    tag: "tag", "метка", "etiqueta";
    consent: "consent", "согласие", "consentimento";
    granted: "granted", "дано", "dado";
    withdrawn: "withdrawn", "отозвано", "retirado";
    unsaid: "nothing said", "не указано", "nada dito";
    touchpoints: "touchpoints", "касания", "interações";
    did_not: "no touchpoints", "нет касаний", "nenhuma interação";
    online: "online", "онлайн", "online";
    offline: "offline", "офлайн", "offline";
    then: "then", "затем", "depois";
    within: "within", "в течение", "em até";
    the_first: "the first", "первое", "a primeira";
    the_last: "the last", "последнее", "a última";
    sum: "sum", "сумма", "soma";
    lead: "leads", "сделки", "negócios";
    pipeline: "pipeline", "воронка", "funil";
    stage: "stage", "этап", "etapa";
    reached: "reached", "достигнут этап", "alcançou a etapa";
    entered: "entered", "переход на этап", "entrou na etapa";
    in_stage: "in the present stage", "на текущем этапе", "na etapa atual";
    time_in: "time in", "время на этапе", "tempo na etapa";
    status: "status", "статус", "situação";
    open: "open", "открыта", "aberto";
    won: "won", "выиграна", "ganho";
    lost: "lost", "проиграна", "perdido";
    value: "value", "сумма сделки", "valor";
    lost_reason: "lost reason", "причина проигрыша", "motivo da perda";
    reason: "reason", "причина", "motivo";
    owner: "owner", "ответственный", "responsável";
    source: "source", "источник", "origem";
    began: "began", "начата", "iniciado";
    closed: "closed", "закрыта", "fechado";
    segment: "in the segment", "входит в сегмент", "está no segmento";
}

/// Names of fields and of what touchpoints have: English, Russian, Portuguese.
const NAMES: [(&str, [&str; 3]); 36] = [
    ("given_name", ["given name", "имя", "nome"]),
    ("family_name", ["family name", "фамилия", "apelido"]),
    ("display_name", ["name", "отображаемое имя", "nome apresentado"]),
    ("job_title", ["job title", "должность", "cargo"]),
    ("language", ["language", "язык", "idioma"]),
    ("time_zone", ["time zone", "часовой пояс", "fuso horário"]),
    ("source", ["source", "источник", "origem"]),
    ("city", ["city", "город", "cidade"]),
    ("region", ["region", "регион", "região"]),
    ("postal_code", ["postal code", "почтовый индекс", "código postal"]),
    ("country", ["country", "страна", "país"]),
    ("email", ["e-mail", "эл. почта", "e-mail"]),
    ("phone", ["phone", "телефон", "telefone"]),
    ("anonymous", ["anonymous", "аноним", "anónimo"]),
    ("owner", ["owner", "ответственный", "responsável"]),
    ("company", ["company", "компания", "empresa"]),
    ("company.name", ["company's name", "название компании", "nome da empresa"]),
    ("company.industry", ["company's industry", "отрасль компании", "setor da empresa"]),
    ("company.domain", ["company's domain", "домен компании", "domínio da empresa"]),
    ("company.city", ["company's city", "город компании", "cidade da empresa"]),
    ("company.country", ["company's country", "страна компании", "país da empresa"]),
    ("company.source", ["company's source", "источник компании", "origem da empresa"]),
    ("channel_group", ["channel group", "группа каналов", "grupo de canais"]),
    (
        "first_touch_group",
        ["first-touch channel group", "группа каналов первого касания", "grupo de canais do primeiro contacto"],
    ),
    (
        "last_touch_group",
        ["last-touch channel group", "группа каналов последнего касания", "grupo de canais do último contacto"],
    ),
    ("created_at", ["created", "создан", "criado"]),
    ("updated_at", ["changed", "изменён", "alterado"]),
    ("channel", ["channel", "канал", "canal"]),
    ("direction", ["direction", "направление", "direção"]),
    ("kind", ["kind", "вид", "tipo"]),
    ("campaign", ["campaign", "кампания", "campanha"]),
    ("utm_source", ["UTM source", "UTM-источник", "origem UTM"]),
    ("utm_medium", ["UTM medium", "UTM-канал", "meio UTM"]),
    ("utm_campaign", ["UTM campaign", "UTM-кампания", "campanha UTM"]),
    ("utm_term", ["UTM term", "UTM-запрос", "termo UTM"]),
    ("utm_content", ["UTM content", "UTM-содержание", "conteúdo UTM"]),
];

impl Words {
    /// The form that goes with a number.
    pub(super) fn form(&self, forms: &Forms, number: i64) -> &'static str {
        let [one, few, many] = *forms;
        let (ten, hundred) = (number.unsigned_abs() % 10, number.unsigned_abs() % 100);
        if !self.slavic {
            return if number == 1 { one } else { many };
        }
        match (ten, hundred) {
            (_, 11..=14) => many,
            (1, _) => one,
            (2..=4, _) => few,
            _ => many,
        }
    }

    /// A field's name.
    pub(super) fn name<'n>(&self, name: &'n str) -> &'n str
    where
        'static: 'n,
    {
        let shown = NAMES.iter().find(|(known, _)| *known == name).and_then(|(_, shown)| shown.get(self.language));
        shown.copied().unwrap_or(name)
    }
}
