//! Names of fields and of what they can be: English, Russian, Portuguese.

use super::grammar::Gender::{self, Feminine as F, Masculine as M, Neuter as N};
use super::language::Language;
use crate::contacts::{ConsentChannel, ConsentState};
use crate::interactions::{Channel, Direction};
use crate::pipelines::StageKind;
use crate::segments::rfm::RfmGroup;
use crate::segments::rule::{OwnField, TouchText};

impl Language {
    /// A field's name and its gender.
    pub(super) const fn field(self, field: OwnField) -> (&'static str, Gender) {
        use OwnField as O;
        let (english, russian, portuguese) = match field {
            O::GivenName => ("first name", ("имя", N), ("nome", M)),
            O::FamilyName => ("last name", ("фамилия", F), ("sobrenome", M)),
            O::DisplayName => ("full name", ("полное имя", N), ("nome completo", M)),
            O::JobTitle => ("job title", ("должность", F), ("cargo", M)),
            O::Language => ("language", ("язык", M), ("idioma", M)),
            O::TimeZone => ("time zone", ("часовой пояс", M), ("fuso horário", M)),
            O::Source => ("source", ("источник", M), ("origem", F)),
            O::City => ("city", ("город", M), ("cidade", F)),
            O::Region => ("region", ("регион", M), ("estado", M)),
            O::PostalCode => ("postcode", ("почтовый индекс", M), ("CEP", M)),
            O::Country => ("country", ("страна", F), ("país", M)),
            O::Email => ("e-mail", ("эл. почта", F), ("e-mail", M)),
            O::Phone => ("phone", ("телефон", M), ("telefone", M)),
            O::Anonymous => ("anonymous visitor", ("анонимный посетитель", M), ("visitante anônimo", M)),
            O::Owner => ("owner", ("ответственный", M), ("responsável", M)),
            O::Company => ("company", ("компания", F), ("empresa", F)),
            O::CompanyName => ("company’s name", ("название компании", N), ("nome da empresa", M)),
            O::CompanyIndustry => ("company’s industry", ("отрасль компании", F), ("setor da empresa", M)),
            O::CompanyDomain => ("company’s domain", ("домен компании", M), ("domínio da empresa", M)),
            O::CompanyCity => ("company’s city", ("город компании", M), ("cidade da empresa", F)),
            O::CompanyCountry => ("company’s country", ("страна компании", F), ("país da empresa", M)),
            O::CompanySource => ("company’s source", ("источник компании", M), ("origem da empresa", F)),
            O::CreatedAt => ("creation date", ("дата создания", F), ("data de criação", F)),
            O::UpdatedAt => ("date of the last change", ("дата изменения", F), ("data de alteração", F)),
        };
        self.pick([(english, N), russian, portuguese])
    }

    /// What a client's line tells of changes as one.
    pub(super) const fn changing(self, field: OwnField) -> (&'static str, Gender) {
        match field {
            OwnField::City | OwnField::Region | OwnField::PostalCode | OwnField::Country => {
                self.pick([("address", N), ("адрес", M), ("endereço", M)])
            }
            other => self.field(other),
        }
    }

    pub(super) const fn touch_text(self, text: TouchText) -> &'static str {
        use TouchText as T;
        self.pick(match text {
            T::Kind => ["kind", "вид", "tipo"],
            T::Campaign => ["campaign", "кампания", "campanha"],
            T::ChannelGroup => ["channel group", "группа каналов", "grupo de canais"],
            T::Source => ["source", "источник", "origem"],
            T::UtmSource => ["UTM source", "UTM-источник", "origem UTM"],
            T::UtmMedium => ["UTM medium", "UTM-канал", "meio UTM"],
            T::UtmCampaign => ["UTM campaign", "UTM-кампания", "campanha UTM"],
            T::UtmTerm => ["UTM term", "UTM-запрос", "termo UTM"],
            T::UtmContent => ["UTM content", "UTM-содержание", "conteúdo UTM"],
        })
    }

    pub(super) const fn first_touch_group(self) -> &'static str {
        self.pick([
            "first-touch channel group",
            "группа каналов первого касания",
            "grupo de canais da primeira interação",
        ])
    }

    pub(super) const fn last_touch_group(self) -> &'static str {
        self.pick([
            "last-touch channel group",
            "группа каналов последнего касания",
            "grupo de canais da última interação",
        ])
    }

    pub(super) const fn channel_word(self) -> &'static str {
        self.pick(["channel", "канал", "canal"])
    }

    pub(super) const fn channel(self, channel: Channel) -> &'static str {
        use Channel as C;
        self.pick(match channel {
            C::Web => ["website", "сайт", "site"],
            C::Email => ["e-mail", "эл. почта", "e-mail"],
            C::Chat => ["chat", "чат", "chat"],
            C::Social => ["social network", "соцсеть", "rede social"],
            C::Ad => ["advertisement", "реклама", "anúncio"],
            C::Sms => ["SMS", "SMS", "SMS"],
            C::Push => ["push", "push", "push"],
            C::Call => ["call", "звонок", "ligação"],
            C::Meeting => ["meeting", "встреча", "reunião"],
            C::Store => ["store", "магазин", "loja"],
            C::Event => ["event", "мероприятие", "evento"],
            C::Mail => ["post", "бумажная почта", "correio"],
            C::Note => ["note", "заметка", "nota"],
            C::Other => ["other", "другое", "outro"],
        })
    }

    /// Who turned to whom.
    pub(super) const fn direction(self, direction: Direction) -> &'static str {
        self.pick(match direction {
            Direction::Inbound => ["from the client", "от клиента", "do cliente"],
            Direction::Outbound => ["to the client", "клиенту", "para o cliente"],
            Direction::Internal => ["internal", "внутри компании", "interna"],
        })
    }

    pub(super) const fn consent_state(self, state: Option<ConsentState>) -> &'static str {
        let w = self.words();
        match state {
            Some(ConsentState::Granted) => w.granted,
            Some(ConsentState::Withdrawn) => w.withdrawn,
            None => w.unsaid,
        }
    }

    /// What consent is given to.
    pub(super) const fn consent(self, channel: ConsentChannel) -> &'static str {
        use ConsentChannel as C;
        self.pick(match channel {
            C::Email => ["e-mail", "эл. письма", "e-mails"],
            C::Call => ["calls", "звонки", "ligações"],
            C::Sms => ["SMS", "SMS", "SMS"],
            C::Push => ["push notifications", "push-уведомления", "notificações push"],
            C::Chat => ["chat messages", "сообщения в чатах", "mensagens em chats"],
            C::Social => ["messages in social networks", "сообщения в соцсетях", "mensagens em redes sociais"],
            C::Mail => ["letters", "бумажные письма", "cartas"],
            C::Ad => ["personalised advertising", "персональную рекламу", "publicidade personalizada"],
            C::Web => ["recognition on web pages", "узнавание на сайтах", "reconhecimento em sites"],
        })
    }

    pub(super) const fn status(self, status: StageKind) -> &'static str {
        let w = self.words();
        match status {
            StageKind::Open => w.open,
            StageKind::Won => w.won,
            StageKind::Lost => w.lost,
        }
    }

    pub(super) const fn rfm_group(self, group: RfmGroup) -> &'static str {
        use RfmGroup as G;
        self.pick(match group {
            G::Champions => ["Champions", "Лучшие", "Campeões"],
            G::Loyal => ["Loyal", "Постоянные", "Fiéis"],
            G::PotentialLoyalists => ["Potential loyalists", "Могут стать постоянными", "Potenciais fiéis"],
            G::New => ["New", "Новые", "Novos"],
            G::NeedAttention => ["Need attention", "Требуют внимания", "Precisam de atenção"],
            G::AboutToSleep => ["About to sleep", "Скоро заснут", "Quase adormecidos"],
            G::CannotLose => ["Cannot lose", "Нельзя потерять", "Não podemos perder"],
            G::AtRisk => ["At risk", "Под угрозой", "Em risco"],
            G::Hibernating => ["Hibernating", "Спящие", "Hibernando"],
            G::Lost => ["Lost", "Потерянные", "Perdidos"],
        })
    }
}
