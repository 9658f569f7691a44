//! amoCRM, elsewhere Kommo: deals with their contacts, and contacts.

use super::Vendor;
use crate::imports::mapping::RowKind;

const PHONES: &str = "рабочий телефон|рабочий прямой телефон|мобильный телефон|домашний телефон|другой телефон|\
     work phone|work direct phone|mobile phone|home phone|other phone|телефон|phone";
const EMAILS: &str =
    "рабочий email|личный email|другой email|work email|private email|personal email|other email|email";
const NOTES: &str = "примечание|примечание #|note|note #|notes";

pub(super) const FILES: &[Vendor] = &[
    Vendor {
        key: "amocrm_deals",
        label: "amoCRM / Kommo deals",
        system: "amocrm",
        row: RowKind::Lead,
        must: &[
            "название сделки|lead title|lead name",
            "этап сделки|lead stage|pipeline stage|stage",
            "воронка|pipeline",
        ],
        never: &[],
        columns: &[
            ("id", "lead.source_id"),
            ("название сделки|lead title|lead name", "lead.title"),
            ("бюджет|бюджет сделки|budget|sale|lead budget|sale, $", "lead.amount"),
            ("ответственный|ответственный за сделку|responsible user|responsible", "lead.owner"),
            ("дата создания сделки|дата создания|created at|lead created at|date created", "lead.entered_at"),
            ("дата закрытия|closed at|date closed", "lead.closed_at"),
            ("теги|теги сделки|tags|lead tags", "tags"),
            (NOTES, "lead.note"),
            ("этап сделки|lead stage|pipeline stage|stage", "lead.stage"),
            ("воронка|pipeline", "lead.pipeline"),
            ("полное имя контакта|основной контакт|contact full name|main contact|full name", "display_name"),
            ("компания контакта|компания|company|contact's company|contact company", "company"),
            ("должность|position|должность (контакт)", "job_title"),
            (PHONES, "phone"),
            (EMAILS, "email"),
            ("utm source", "lead.utm_source"),
            ("utm medium", "lead.utm_medium"),
            ("utm campaign", "lead.utm_campaign"),
            ("utm term", "lead.utm_term"),
            ("utm content", "lead.utm_content"),
            ("дата редактирования|кем редактирована|кем создана сделка|last modified|modified by|created by", "-"),
        ],
        fixed: &[("lead.source", "amocrm")],
        stage_columns: false,
    },
    Vendor {
        key: "amocrm_contacts",
        label: "amoCRM / Kommo contacts",
        system: "amocrm",
        row: RowKind::Contact,
        must: &[
            "полное имя контакта|contact full name|full name|имя",
            "рабочий телефон|work phone",
            "рабочий email|work email",
        ],
        never: &["название сделки|lead title"],
        columns: &[
            ("id", "external_id:amocrm"),
            ("полное имя контакта|contact full name|full name", "display_name"),
            ("имя|first name", "given_name"),
            ("фамилия|last name", "family_name"),
            ("название компании|компания|компания контакта|company name|company", "company"),
            ("должность|position", "job_title"),
            ("ответственный|ответственный за контакт|responsible user|responsible", "owner"),
            ("теги|tags", "tags"),
            (NOTES, "note"),
            (PHONES, "phone"),
            (EMAILS, "email"),
            ("тип|type|дата редактирования|кем редактирован|кем создан|last modified|modified by|created by", "-"),
        ],
        fixed: &[],
        stage_columns: false,
    },
];
