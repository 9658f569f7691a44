//! Click ids: what advertising networks put into the addresses they send people to, and what each says of the visit.

/// What the parameter of a network stands for.
#[derive(Debug, Clone, Copy)]
pub struct Click {
    /// The parameter.
    pub name: &'static str,
    /// The network; `None` where the parameter says nothing of it.
    pub source: Option<&'static str>,
    /// By which medium, where that is certain: networks mark paid clicks, but some mark every link.
    pub medium: Option<&'static str>,
}

const fn paid(name: &'static str, source: &'static str) -> Click {
    Click { name, source: Some(source), medium: Some("cpc") }
}

const fn marks(name: &'static str, source: Option<&'static str>, medium: Option<&'static str>) -> Click {
    Click { name, source, medium }
}

/// Every click id that is known; of two in one address the first here decides.
pub const CLICKS: [Click; 25] = [
    paid("gclid", "google"),
    paid("gbraid", "google"),
    paid("wbraid", "google"),
    // Display & Video 360 and Campaign Manager.
    marks("dclid", Some("google"), Some("display")),
    paid("gclsrc", "google"),
    paid("gad_source", "google"),
    paid("msclkid", "bing"),
    paid("ttclid", "tiktok"),
    paid("twclid", "twitter"),
    paid("li_fat_id", "linkedin"),
    paid("epik", "pinterest"),
    paid("rdt_cid", "reddit"),
    paid("ScCid", "snapchat"),
    paid("yclid", "yandex"),
    paid("ymclid", "yandex-market"),
    // PromoPages, advertisements in the form of articles.
    paid("yzclid", "yandex"),
    paid("_openstat", "yandex"),
    // Facebook marks every link that leads out, paid or not.
    marks("fbclid", Some("facebook"), None),
    marks("igshid", Some("instagram"), None),
    marks("ysclid", Some("yandex"), Some("organic")),
    marks("srsltid", Some("google-shopping"), Some("organic")),
    // A printed code.
    marks("yqrid", Some("yandex-qr"), Some("qr")),
    marks("irclickid", Some("impact"), Some("affiliate")),
    marks("mc_eid", Some("mailchimp"), Some("email")),
    marks("gad_campaignid", Some("google"), Some("cpc")),
];

/// The names of the parameters.
#[must_use]
pub fn named(name: &str) -> Option<&'static Click> {
    CLICKS.iter().find(|click| click.name == name)
}
