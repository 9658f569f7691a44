//! Tables of anybody's making: what headers mean in the languages people write them in.

use super::Vendor;
use crate::imports::mapping::RowKind;

pub(super) const FILE: Vendor = Vendor {
    key: "generic",
    label: "A table",
    system: "import",
    row: RowKind::Contact,
    must: &[],
    never: &[],
    columns: &[
        (
            "email|e-mail|mail|email address|e-mail address|e-mail-adresse|emailadresse|correo|correo electrónico|courriel|\
             adresse e-mail|почта|эл. почта|электронная почта|email #|e-mail #|имейл|邮箱|電子メール",
            "email",
        ),
        (
            "phone|phone number|telephone|tel|tel.|mobile|mobile phone|cell|cell phone|telefon|telefonnummer|handy|mobil|\
             teléfono|telefono|móvil|celular|téléphone|portable|телефон|мобильный|мобильный телефон|номер телефона|\
             phone #|телефон #|电话|手机|電話",
            "phone",
        ),
        ("first name|given name|firstname|vorname|nombre|prénom|prenom|nome|имя|名", "given_name"),
        (
            "last name|family name|lastname|surname|nachname|apellido|apellidos|nom de famille|cognome|sobrenome|фамилия|姓",
            "family_name",
        ),
        (
            "name|full name|fullname|contact|contact name|client|customer|фио|клиент|контакт|полное имя|kunde|nombre completo|nom|姓名|氏名",
            "display_name",
        ),
        (
            "company|company name|organization|organisation|organization name|account|firm|firma|unternehmen|empresa|\
             société|entreprise|azienda|компания|организация|название компании|公司|会社",
            "company",
        ),
        ("job title|title|position|role|beruf|cargo|puesto|poste|fonction|должность", "job_title"),
        ("tags|tag|labels|schlagwörter|etiquetas|étiquettes|теги|метки", "tags"),
        ("source|lead source|quelle|fuente|origen|origine|источник", "source"),
        ("owner|responsible|assigned to|zuständig|responsable|ответственный|менеджер", "owner"),
        (
            "street|address|street address|straße|strasse|anschrift|calle|dirección|rue|adresse|адрес|улица",
            "address.street",
        ),
        ("city|town|ort|stadt|ciudad|ville|città|cidade|город", "address.city"),
        ("state|region|province|county|bundesland|provincia|estado|région|область|регион", "address.region"),
        (
            "zip|zip code|postal code|postcode|plz|postleitzahl|código postal|code postal|cap|cep|индекс|почтовый индекс",
            "address.postal_code",
        ),
        ("country|land|país|pais|pays|paese|страна|国家", "address.country"),
        (
            "note|notes|comment|comments|notiz|notizen|bemerkung|nota|notas|remarque|примечание|комментарий|заметки",
            "note",
        ),
        ("language|sprache|idioma|langue|язык", "language"),
        ("time zone|timezone|zeitzone|часовой пояс", "time_zone"),
        ("unsubscribed|email opt out|opted out", "email_opt_out"),
    ],
    fixed: &[],
    stage_columns: false,
};
