//! How the program is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Two and a half megabytes of relocations are read at each start and stay in memory; packed they are a few kilobytes.
    // Linkers that do not know this say so and go on.
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
