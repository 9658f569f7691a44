use super::*;
use proptest::prelude::*;

fn cards(text: &str) -> Vec<Card> {
    let mut cards = Cards::new(text.as_bytes());
    std::iter::from_fn(|| cards.next_card().unwrap()).collect()
}

fn cell<'a>(row: &'a StringRecord, name: &str) -> &'a str {
    &row[HEADERS.iter().position(|header| *header == name).unwrap()]
}

fn first(text: &str) -> StringRecord {
    match cards(text).remove(0) {
        Card::Whole(card) | Card::Cut(card) => row(&String::from_utf8_lossy(&card)).unwrap(),
        Card::TooLong => panic!("too long"),
    }
}

#[test]
fn an_old_card_with_quoted_letters_and_a_picture_is_read() {
    let row = first(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=D0=B0=D0=BD;=D0=\r\n\
         =90=D0=BD=D0=BD=D0=B0;;;\r\nTEL;CELL:8 912 345-67-89\r\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQ\r\n \
         AAAQABAAD/2wBDAAYEBQYFBAYGBQ\r\n/9j/4AAQSkZJRgABAQAAAQABAAD=\r\n\r\nEMAIL:anna@example.com\r\nEND:VCARD\r\n",
    );
    assert_eq!((cell(&row, "Family name"), cell(&row, "Given name")), ("Иван", "Анна"));
    assert_eq!((cell(&row, "Phones"), cell(&row, "Emails")), ("8 912 345-67-89", "anna@example.com"));
}

#[test]
fn a_new_card_with_groups_folds_and_escapes_is_read() {
    let row = first(
        "BEGIN:VCARD\nVERSION:4.0\nFN:Dr. Zoë\\, Ñandú\nitem1.TEL;VALUE=uri;TYPE=work:tel:+1-418-656-9254;ext=102\n\
         TEL:+49 30 123456\nADR;TYPE=work:;Suite 5;1 Main\n  Street;Berlin;;10115;Germany\nADR:;;Other 2;Bonn;;;\n\
         ORG:Example\\; Inc.;Sales\nBDAY:19850412\nCATEGORIES:vip,north\nNOTE:two\\nlines\nEND:VCARD\n",
    );
    assert_eq!(cell(&row, "Name"), "Dr. Zoë, Ñandú");
    assert_eq!(cell(&row, "Phones"), "+1-418-656-9254;ext=102\n+49 30 123456");
    assert_eq!((cell(&row, "Street"), cell(&row, "Country")), ("1 Main Street, Suite 5", "Germany"));
    assert_eq!((cell(&row, "More addresses"), cell(&row, "Birthday")), ("Other 2, Bonn", "1985-04-12"));
    assert_eq!((cell(&row, "Organization"), cell(&row, "Department")), ("Example; Inc.", "Sales"));
    assert_eq!((cell(&row, "Categories"), cell(&row, "Notes")), ("vip\nnorth", "two\nlines"));
}

#[test]
fn a_card_without_its_end_harms_no_other() {
    let text = "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nstray\nBEGIN:VCARD\nFN:C\n";
    let told: Vec<_> = cards(text).iter().map(|card| matches!(card, Card::Whole(_))).collect();
    assert_eq!(told, [false, true, false]);
    let nested = "BEGIN:VCARD\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:B\nEND:VCARD\nTEL:1234567\nEND:VCARD\n";
    let row = first(nested);
    assert_eq!((cards(nested).len(), cell(&row, "Name"), cell(&row, "Phones")), (1, "A", "1234567"));
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "(BEGIN:VCARD\n|END:VCARD\n|FN[;:]|N:;,|TEL:|=|\\PC|\n|BDAY:|ADR:;;){0,40}") {
        for card in cards(&text) {
            if let Card::Whole(card) | Card::Cut(card) = card {
                prop_assert!(row(&String::from_utf8_lossy(&card)).map_or(true, |row| row.len() == HEADERS.len()));
            }
        }
    }
}

#[test]
fn lines_above_the_first_card_are_passed_over() {
    let text = "ENCODING:UTF-8\r\nBEGIN:VCARD\r\nFN:Ann Lee\r\nTEL:+49 30 123456\r\nEND:VCARD\r\n";
    assert!(is_vcard(text) && !is_vcard("name,BEGIN:VCARD\n"));
    assert_eq!(cell(&first(text), "Name"), "Ann Lee");
}
