//! The table of settings, made from their declarations so that it cannot drift.

use clap::{Arg, Args, Command};

use crate::config::Config;

/// A Markdown table of every setting: environment variable, option, default, meaning.
pub fn table() -> String {
    let command = Config::augment_args(Command::new("touchline"));
    let rows: Vec<_> = command.get_arguments().filter(|arg| !arg.is_hide_set()).map(row).collect();
    format!("| Variable | Option | Default | Meaning |\n|---|---|---|---|\n{}", rows.join("\n"))
}

fn row(arg: &Arg) -> String {
    let variable = arg.get_env().map(|name| name.to_string_lossy()).unwrap_or_default();
    let option = arg.get_long().unwrap_or_default();
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| format!("`{}`", value.display())).collect();
    let meaning = arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    format!("| `{variable}` | `--{option}` | {} | {meaning} |", defaults.join(", "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_readme_has_the_table_of_settings() {
        let readme = include_str!("../../README.md");
        assert!(
            readme.contains(&super::table()),
            "README.md has another table of settings than `cargo run -- settings` prints: paste that in"
        );
    }
}
