//! Keys of custom fields, made of what people call them.

/// A key for a label that is not taken: small Latin letters, digits and `_`, a letter first.
#[must_use]
pub fn of(label: &str, position: u32, is_taken: impl Fn(&str) -> bool) -> String {
    let mut key = String::new();
    for c in crate::text::fold(label).chars() {
        match latin(c) {
            Some(letters) => key.push_str(letters),
            None if c.is_ascii_alphanumeric() => key.push(c),
            None if !key.ends_with('_') && !key.is_empty() => key.push('_'),
            None => {}
        }
    }
    let key: String = key.trim_matches('_').chars().take(40).collect();
    let key = match key.chars().next() {
        Some(first) if first.is_ascii_lowercase() => key.trim_end_matches('_').to_owned(),
        Some(_) => format!("field_{}", key.trim_end_matches('_')),
        None => format!("column_{position}"),
    };
    if !is_taken(&key) {
        return key;
    }
    (2..100_000).map(|n| format!("{key}_{n}")).find(|key| !is_taken(key)).unwrap_or(key)
}

/// A Cyrillic letter as most people write it in Latin ones.
const fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'є' | 'э' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ы' => "y",
        'ю' => "yu",
        'я' => "ya",
        'ъ' | 'ь' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn labels_of_any_script_become_keys() {
        assert_eq!(of("Lifecycle Stage", 1, |_| false), "lifecycle_stage");
        assert_eq!(of("Дата редактирования", 1, |_| false), "data_redaktirovaniya");
        assert_eq!(of("2nd phone", 1, |_| false), "field_2nd_phone");
        assert_eq!(of("备注", 7, |_| false), "column_7");
        assert_eq!(of("Size", 1, |key| key == "size" || key == "size_2"), "size_3");
    }

    proptest! {
        #[test]
        fn every_key_is_one(label in "\\PC{0,80}") {
            let key = of(&label, 3, |_| false);
            prop_assert!(key.len() <= 50 && key.starts_with(|c: char| c.is_ascii_lowercase()), "{}", key);
            prop_assert!(key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{}", key);
        }
    }
}
