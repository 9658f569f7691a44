//! Money: minor units, as they are kept, and major ones, as people write them.

use iso_currency::Currency;

/// How many decimals a currency's minor unit has (ISO 4217); 2 where that is not known.
#[must_use]
pub fn exponent(currency: &str) -> u32 {
    let known = Currency::from_code(&currency.to_ascii_uppercase());
    known.and_then(Currency::exponent).map_or(2, u32::from)
}

/// Minor units as major ones, exactly: 1250 with two decimals is `12.50`.
#[must_use]
pub fn major(minor: i64, places: u32, decimal: char) -> String {
    let Some(unit) = 10_u64.checked_pow(places).filter(|unit| *unit > 1) else { return minor.to_string() };
    let (sign, size) = (if minor < 0 { "-" } else { "" }, minor.unsigned_abs());
    let width = usize::try_from(places).unwrap_or(2);
    format!("{sign}{}{decimal}{:0width$}", size / unit, size % unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_in_every_currency() {
        assert_eq!(major(-5, 2, '.'), "-0.05");
        assert_eq!(major(123_456, 3, ','), "123,456");
        assert_eq!(major(1250, exponent("JPY"), '.'), "1250");
        assert_eq!(major(i64::MIN, 2, '.'), "-92233720368547758.08");
    }

    #[test]
    fn a_currency_has_its_decimals_however_it_is_written() {
        let places = ["EUR", "eur", "KWD", "ISK", "CLP", "IQD", "???"].map(exponent);
        assert_eq!(places, [2, 2, 3, 0, 0, 3, 2]);
    }
}
