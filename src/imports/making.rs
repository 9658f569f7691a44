//! What a file names and is not here yet: custom fields, pipelines and stages, made where the mapping says so.

use std::collections::BTreeSet;

use serde_json::json;

use super::changes::{Ledger, Of};
use super::lookups::{Lookups, same};
use super::mapping::{LeadField, Making, Mapping, MappingInput, Named, Place, Target};
use super::reader::Column;
use crate::accounts::{Permission, Principal};
use crate::db::Connection;
use crate::error::{Error, FieldError, Result};
use crate::fields::{self, FieldInput};
use crate::http::read_json;
use crate::pipelines::model::{NewPipeline, NewStage};
use crate::pipelines::{PipelineId, StageKind, stages, store as pipelines};

/// Names of a pipeline and of a stage in it; of the first pipeline where no other is named.
pub type Way = (Option<String>, Option<String>);

/// Makes the custom fields that the mapping asks for; says whether any was made.
///
/// # Errors
/// A label or a key is not valid, or the key was a field of another kind before.
pub fn fields(
    conn: &mut Connection,
    by: &Principal,
    lookups: &Lookups,
    makes: &[Making],
    ledger: &mut Ledger,
) -> Result<bool> {
    let mut made = false;
    for making in makes {
        let Making { entity, key, label, kind } = making;
        if lookups.fields().iter().any(|field| field.entity == *entity && field.key == *key) {
            continue;
        }
        let input = json!({ "entity": entity, "key": key, "label": label, "kind": kind });
        let input: FieldInput = read_json(input.to_string().as_bytes()).map_err(|error| within(error, key))?;
        let field = fields::insert(conn, by, input)?;
        ledger.created(Of::Field, field.id.0, None, &field)?;
        made = true;
    }
    Ok(made)
}

/// Fails where a run would make custom fields, pipelines or stages and the caller may not: it names each line of the
/// mapping that asks for one.
///
/// # Errors
/// Every such line, as `forbidden`.
pub fn check_allowed(lookups: &Lookups, input: &MappingInput, mapping: &Mapping, by: &Principal) -> Result<()> {
    if by.permissions.contains(&Permission::SettingsWrite) {
        return Ok(());
    }
    let forbidden = |field: String, what: &str| {
        let needs = Permission::SettingsWrite;
        FieldError::new(field, "forbidden", format!("would make {what}, which needs the permission {needs}"))
    };
    let is_known =
        |making: &Making| lookups.fields().iter().any(|field| field.entity == making.entity && field.key == making.key);
    let mut errors = Vec::new();
    for making in mapping.makes.iter().filter(|making| !is_known(making)) {
        let line = input.fields.iter().position(|field| making.is_of(field)).unwrap_or_default();
        errors.push(forbidden(format!("mapping.fields[{line}]"), &format!("the custom field '{}'", making.label)));
    }
    if mapping.makes_stages {
        errors.push(forbidden("mapping.missing".to_owned(), "the pipelines and stages that are not here"));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::invalid(errors)) }
}

fn within(error: Error, key: &str) -> Error {
    let errors = error.errors.into_iter().map(|bad| bad.within(&format!("mapping.fields.{key}"))).collect();
    Error { errors, ..error }
}

/// The pipelines and stages that the mapping's columns name, and whose history they tell.
#[must_use]
pub fn of_columns(mapping: &Mapping) -> Vec<Way> {
    let fixed = mapping.fixed(&Target::Lead(LeadField::Pipeline));
    let ways = mapping.fields.iter().filter_map(|(target, place)| match (target, place) {
        (Target::StageOf(pipeline, stage) | Target::LeftOf(pipeline, stage), _) => {
            Some((Some(pipeline.clone()), Some(stage.clone())))
        }
        // Where each row names its pipeline, a stage without one is of whichever the row names.
        (Target::Stage(stage) | Target::Left(stage), _)
            if fixed.is_some() || !mapping.has(&Target::Lead(LeadField::Pipeline)) =>
        {
            Some((fixed.map(str::to_owned), Some(stage.clone())))
        }
        (Target::Lead(LeadField::Pipeline), Place::Fixed(name)) => Some((Some(name.clone()), None)),
        _ => None,
    });
    ways.collect()
}

/// The pipelines and stages that rows name.
pub fn of_rows<'a>(
    mapping: &Mapping,
    columns: &[Column],
    rows: impl Iterator<Item = &'a csv::StringRecord>,
) -> BTreeSet<Way> {
    let named = |field| columns.iter().find(move |column| column.target == Target::Lead(field));
    let (line, stage) = (named(LeadField::Pipeline), named(LeadField::Stage));
    let mut ways = BTreeSet::new();
    let of_stages: Vec<_> = columns
        .iter()
        .filter_map(|column| match &column.target {
            Target::Stage(name) | Target::Left(name) => Some((column, name)),
            _ => None,
        })
        .collect();
    if !mapping.makes_stages || (line.is_none() && stage.is_none()) {
        return ways;
    }
    for row in rows {
        let text = |column: Option<&Column>| column.and_then(|column| column.value(row)).map(str::to_owned);
        let line = text(line);
        ways.insert((line.clone(), text(stage)));
        let entered = of_stages.iter().filter(|(column, _)| column.value(row).is_some());
        ways.extend(entered.map(|(_, name)| (line.clone(), Some((*name).clone()))));
    }
    ways
}

/// Whether any of these is not there and may be made.
#[must_use]
pub fn lack(mapping: &Mapping, lookups: &Lookups, ways: &BTreeSet<Way>) -> bool {
    mapping.makes_stages && !missing(mapping, lookups, ways).is_empty()
}

/// The names of those that are not there.
#[must_use]
pub fn missing<'a>(mapping: &Mapping, lookups: &Lookups, ways: impl IntoIterator<Item = &'a Way>) -> Vec<String> {
    let mut names = Vec::new();
    for (line, stage) in ways {
        let line = line.as_deref().map(|name| mapping.renamed(Named::Pipeline, name).trim());
        let stage = stage.as_deref().map(|name| mapping.renamed(Named::Stage, name).trim());
        if line.is_some_and(is_no_name) || stage.is_some_and(is_no_name) {
            continue;
        }
        let pipeline = lookups.pipeline(line);
        let has_stage = |stage| pipeline.is_some_and(|pipeline| lookups.stage(pipeline, stage).is_some());
        if pipeline.is_none() || stage.is_some_and(|stage| !has_stage(stage)) {
            let line = line.unwrap_or("Sales");
            names.push(stage.map_or_else(|| line.to_owned(), |stage| format!("{line}: {stage}")));
        }
    }
    names
}

/// Makes pipelines and stages that are not there; says whether any was made.
///
/// # Errors
/// A name is too long, or holds control characters.
pub fn ways<'a>(
    conn: &mut Connection,
    by: &Principal,
    mapping: &Mapping,
    lookups: &mut Lookups,
    ways: impl IntoIterator<Item = &'a Way>,
    ledger: &mut Ledger,
) -> Result<bool> {
    let mut made = false;
    if !mapping.makes_stages {
        return Ok(made);
    }
    for (line, stage) in ways {
        let line = line.as_deref().map(|name| mapping.renamed(Named::Pipeline, name).trim());
        let stage = stage.as_deref().map(|name| mapping.renamed(Named::Stage, name).trim());
        if line.is_some_and(is_no_name) || stage.is_some_and(is_no_name) {
            continue;
        }
        let known = lookups.pipeline(line);
        let pipeline = match known {
            Some(pipeline) => pipeline,
            None => pipeline(conn, by, line.unwrap_or("Sales"), stage, ledger)?,
        };
        let lacks = known.is_some() && stage.is_some_and(|stage| lookups.stage(pipeline, stage).is_none());
        if let (Some(name), true) = (stage, lacks) {
            let stage = stages::insert(conn, by, pipeline, &new_stage(name))?;
            ledger.created(Of::Stage, stage.id.0, None, &stage)?;
        }
        if known.is_none() || lacks {
            *lookups = Lookups::load(conn)?;
            made = true;
        }
    }
    Ok(made)
}

/// Such a name cannot be made; its rows will say so.
fn is_no_name(name: &str) -> bool {
    name.is_empty() || name.chars().count() > 100 || name.contains(char::is_control)
}

fn pipeline(
    conn: &mut Connection,
    by: &Principal,
    name: &str,
    stage: Option<&str>,
    ledger: &mut Ledger,
) -> Result<PipelineId> {
    let mut first: Vec<NewStage> = stage.map(new_stage).into_iter().collect();
    if first.first().is_none_or(|stage| stage.kind != StageKind::Open) {
        first.insert(0, new_stage("New"));
    }
    let input = NewPipeline { name: name.to_owned(), position: None, stages: Some(first) };
    let pipeline = pipelines::insert(conn, by, &input)?;
    ledger.created(Of::Pipeline, pipeline.id.0, None, &pipeline.name)?;
    Ok(pipeline.id)
}

fn new_stage(name: &str) -> NewStage {
    NewStage { name: name.to_owned(), kind: kind_of(name), probability: None, stale_after_days: None }
}

/// What standing in a stage of this name means, as the systems that leads come from name them.
#[must_use]
pub fn kind_of(name: &str) -> StageKind {
    const WON: &[&str] =
        &["won", "closed won", "closedwon", "выиграно", "продажа", "сделка закрыта", "gewonnen", "gagné", "ganado"];
    const LOST: &[&str] =
        &["lost", "closed lost", "closedlost", "проиграно", "отказ", "verloren", "perdu", "perdido", "unqualified"];
    let name = name.trim();
    let lower = name.to_lowercase();
    let among = |list: &[&str]| list.iter().any(|known| same(known, name));
    if among(LOST)
        || lower.contains("closed lost")
        || lower.contains("не реализован")
        || lower.contains("проигр")
        || lower.contains("not converted")
    {
        StageKind::Lost
    } else if among(WON)
        || lower.contains("closed won")
        || lower.contains("успешно")
        || lower.contains("выигр")
        || lower.contains("- converted")
    {
        StageKind::Won
    } else {
        StageKind::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_other_systems_pipelines_are_known_by_name() {
        for name in ["Closed Won", "closedwon", "Успешно реализовано", "Won"] {
            assert_eq!(kind_of(name), StageKind::Won, "{name}");
        }
        for name in ["Closed Lost", "Закрыто и не реализовано", "lost"] {
            assert_eq!(kind_of(name), StageKind::Lost, "{name}");
        }
        for name in ["Negotiation", "Wondering", "Первичный контакт"] {
            assert_eq!(kind_of(name), StageKind::Open, "{name}");
        }
    }
}
