use super::*;
use crate::imports::mapping::MappingInput;

fn mapping() -> Mapping {
    let fields = vec!["email=mail".parse().unwrap(), "source=fixed:fair".parse().unwrap()];
    MappingInput { fields, ..MappingInput::default() }.parse().unwrap()
}

fn rows(text: &[u8]) -> Vec<String> {
    let mut rows = Rows::open(text, &mapping()).unwrap();
    let columns = rows.columns().to_vec();
    std::iter::from_fn(|| rows.read().unwrap())
        .map(|row| match row.cells {
            Ok(cells) => columns.iter().filter_map(|column| column.value(&cells)).collect::<Vec<_>>().join("/"),
            Err(error) => format!("{} {}", row.number, error.code),
        })
        .collect()
}

#[test]
fn every_usual_delimiter_is_found_and_a_byte_order_mark_passed_over() {
    for text in ["\u{feff}name,mail\nA,a@x\n", "name;mail\r\nA;a@x\r\n", "\"na,me\"\tmail\nA\ta@x", "name|mail\nA|a@x"]
    {
        assert_eq!(rows(text.as_bytes()), ["a@x/fair"], "{text}");
    }
}

#[test]
fn quotes_may_hold_delimiters_quotes_and_line_ends() {
    assert_eq!(rows(b"mail,note\n\"a,\"\"b\"\"\n@x\",1\n"), ["a,\"b\"\n@x/fair"]);
}

#[test]
fn a_bad_row_is_told_and_the_next_one_read() {
    let text = b"mail,note\na@x,1,2\nb@x\n\nc@x,\xff\nd\0@x,1\n  e@x ,1\n";
    assert_eq!(rows(text), ["1 ragged", "2 ragged", "3 encoding", "4 format", "e@x/fair"]);
}

#[test]
fn a_file_without_the_columns_is_refused_as_a_whole() {
    let code = |text: &str| Rows::open(text.as_bytes(), &mapping()).unwrap_err().errors[0].code.to_string();
    assert_eq!(code(""), "required");
    assert_eq!(code("\n\n"), "required");
    assert_eq!(code("a,b\n1,2"), "unknown");
    assert_eq!(code("mail,mail\n1,2"), "duplicate");
}

#[test]
fn an_import_goes_on_behind_the_rows_taken_before() {
    let mut rows = Rows::open(&b"mail\n1\n2\n3\n"[..], &mapping()).unwrap();
    rows.skip(2).unwrap();
    assert_eq!(rows.read().unwrap().unwrap().number, 3);
}

#[test]
fn a_row_without_end_is_the_files_fault_and_an_open_quote_at_the_end_is_noticed() {
    let mut file = b"mail,note\na@x,1\nb@x,\"".to_vec();
    file.resize(20 * 1024 * 1024, b'x');
    let mut rows = Rows::open(&file[..], &mapping()).unwrap();
    assert!(rows.read().unwrap().is_some());
    let error = rows.read().unwrap_err();
    assert!(error.detail.unwrap().starts_with("From row 2 on a row is longer"));
    let mut rows = Rows::open(&b"mail,note\na@x,\"cut o"[..], &mapping()).unwrap();
    while rows.read().unwrap().is_some() {}
    assert!(rows.ended_in_quotes());
}

#[test]
fn columns_of_one_name_are_told_apart_by_their_place() {
    let mut field: super::super::mapping::MappedField = "email=mail".parse().unwrap();
    field.position = Some(3);
    let mapping = MappingInput { fields: vec![field], ..MappingInput::default() }.parse().unwrap();
    let mut rows = Rows::open(&b"mail ,x, mail\na@x,1,b@x\n"[..], &mapping).unwrap();
    let cells = rows.read().unwrap().unwrap().cells.unwrap();
    assert_eq!(rows.columns()[0].value(&cells), Some("b@x"));
}
