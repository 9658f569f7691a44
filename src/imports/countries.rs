//! Countries as people write them.

use isocountry::CountryCode;

/// Names that the standard writes otherwise, folded, and the country's two letters.
const ALSO: &[(&str, &str)] = &[
    ("usa", "US"),
    ("u.s.a.", "US"),
    ("u.s.", "US"),
    ("united states", "US"),
    ("сша", "US"),
    ("uk", "GB"),
    ("u.k.", "GB"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("великобритания", "GB"),
    ("russia", "RU"),
    ("россия", "RU"),
    ("россииская федерация", "RU"),
    ("рф", "RU"),
    ("казахстан", "KZ"),
    ("беларусь", "BY"),
    ("belarus", "BY"),
    ("украина", "UA"),
    ("узбекистан", "UZ"),
    ("армения", "AM"),
    ("грузия", "GE"),
    ("германия", "DE"),
    ("deutschland", "DE"),
    ("osterreich", "AT"),
    ("schweiz", "CH"),
    ("suisse", "CH"),
    ("espana", "ES"),
    ("italia", "IT"),
    ("brasil", "BR"),
    ("polska", "PL"),
    ("belgie", "BE"),
    ("belgique", "BE"),
    ("nederland", "NL"),
    ("the netherlands", "NL"),
    ("holland", "NL"),
    ("turkey", "TR"),
    ("turkiye", "TR"),
    ("czech republic", "CZ"),
    ("czechia", "CZ"),
    ("cesko", "CZ"),
    ("south korea", "KR"),
    ("korea", "KR"),
    ("north korea", "KP"),
    ("vietnam", "VN"),
    ("viet nam", "VN"),
    ("iran", "IR"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("bolivia", "BO"),
    ("venezuela", "VE"),
    ("moldova", "MD"),
    ("macedonia", "MK"),
    ("laos", "LA"),
    ("uae", "AE"),
    ("оаэ", "AE"),
    ("日本", "JP"),
    ("中国", "CN"),
];

/// The two letters (ISO 3166-1) of a country given by its letters or its name.
#[must_use]
pub fn code(text: &str) -> Option<&'static str> {
    let upper = text.trim().to_uppercase();
    let by_letters = match upper.len() {
        2 => CountryCode::for_alpha2(&upper).ok(),
        3 => CountryCode::for_alpha3(&upper).ok(),
        _ => None,
    };
    if let Some(country) = by_letters {
        return Some(country.alpha2());
    }
    let name = crate::text::fold(text.trim());
    if let Some((_, letters)) = ALSO.iter().find(|(known, _)| *known == name) {
        return Some(letters);
    }
    let country = CountryCode::iter().find(|country| crate::text::fold(country.name()) == name)?;
    Some(country.alpha2())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_known_by_letters_and_by_name() {
        for (text, letters) in [("de", "DE"), ("DEU", "DE"), ("Germany", "DE"), ("Россия", "RU"), ("España", "ES")]
        {
            assert_eq!(code(text), Some(letters), "{text}");
        }
        assert_eq!(code("United States of America"), Some("US"));
        assert_eq!(code("Atlantis"), None);
    }

    #[test]
    fn every_name_that_is_also_used_is_folded_and_leads_to_a_country() {
        for (name, letters) in ALSO {
            assert_eq!((crate::text::fold(name).as_str(), code(letters)), (*name, Some(*letters)));
        }
    }
}
