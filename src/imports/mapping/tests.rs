use super::*;

fn mapping(fields: &[&str]) -> MappingInput {
    MappingInput { fields: fields.iter().map(|field| field.parse().unwrap()).collect(), ..MappingInput::default() }
}

fn problems(input: &MappingInput) -> Vec<String> {
    input.parse().unwrap_err().errors.iter().map(|error| format!("{} {}", error.field, error.code)).collect()
}

#[test]
fn a_mapping_names_targets_columns_and_constants() {
    let parsed = mapping(&["external_id:olist=mql_id", "stage:Won=won_date", "lead.source=fixed:a=b"]).parse();
    let expected = [
        (Target::ExternalId("olist".to_owned()), Place::Column("mql_id".to_owned())),
        (Target::Stage("Won".to_owned()), Place::Column("won_date".to_owned())),
        (Target::Lead(LeadField::Source), Place::Fixed("a=b".to_owned())),
    ];
    assert_eq!(parsed.unwrap().fields, expected);
}

#[test]
fn an_unknown_target_is_refused_where_it_stands() {
    for text in ["emial=x", "lead.colour=x", "touchpoint.=x", "stage:=x", "email", "custom.=x"] {
        assert!(text.parse::<MappedField>().is_err(), "{text}");
    }
}

#[test]
fn a_mapping_that_no_row_could_satisfy_is_refused() {
    assert_eq!(problems(&mapping(&["given_name=x"])), ["fields required"]);
    assert_eq!(problems(&mapping(&["email=fixed:a@b.example"])), ["fields required"]);
    assert_eq!(problems(&mapping(&["email=a", "touchpoint.kind=x"])), ["fields required", "fields required"]);
    assert_eq!(problems(&mapping(&["email=a", "source=b", "source=c"])), ["fields[2].target duplicate"]);
}

#[test]
fn bad_options_are_named_all_at_once() {
    let text = |text: &str| Some(text.to_owned());
    let input = MappingInput {
        delimiter: text("\""),
        date_format: text("day"),
        time_zone: text("Berlin"),
        decimal: text("x"),
        ..mapping(&["email=a"])
    };
    let fields = ["delimiter format", "time_zone format", "decimal choice", "date_format format"];
    assert_eq!(problems(&input), fields);
}
