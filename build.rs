//! How the program is linked, and the front end as it carries it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=web/dist");
    // Two and a half megabytes of relocations are read at each start and stay in memory; packed they are a few kilobytes.
    // Linkers that do not know this say so and go on.
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
    if let Err(error) = pack_front_end() {
        println!("cargo:error=web/dist cannot be packed ({error}); it is made by `npm ci && npm run build` in web/");
    }
}

/// Writes `web.rs`: a table of all files of `web/dist`, each compressed in both ways that browsers know.
fn pack_front_end() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?).join("web/dist");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    let mut files = Vec::new();
    list(&root, &mut files)?;
    files.sort();
    let version = version(&root, &files)?;
    let mut table = format!(
        "/// Changes with any file.\npub const VERSION: &str = \"{version}\";\npub static FILES: &[File] = &[\n"
    );
    for (number, path) in files.iter().enumerate() {
        let name = name(&root, path);
        let mut content = fs::read(path)?;
        if name == "index.html" {
            // The only file whose address stays: it names the others by an address that changes with them.
            let assets = format!("\"/assets/{version}/");
            content =
                String::from_utf8_lossy(&content).replace("\"./assets/", &assets).replace("\"./", "\"/").into_bytes();
        }
        fs::write(out.join(format!("{number}.br")), brotli(&content)?)?;
        fs::write(out.join(format!("{number}.gz")), gzip(&content)?)?;
        let hash = hex(&Sha256::digest(&content));
        writeln!(
            table,
            "File {{ name: {name:?}, etag: \"\\\"{hash}\\\"\", brotli: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.br\")), \
             gzip: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{number}.gz\")) }},"
        )
        .map_err(io::Error::other)?;
    }
    fs::write(out.join("web.rs"), table + "];\n")
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { list(&path, found)? } else { found.push(path) }
    }
    Ok(())
}

fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn version(root: &Path, files: &[PathBuf]) -> io::Result<String> {
    let mut all = Sha256::new();
    for path in files {
        all.update(name(root, path));
        all.update(Sha256::digest(fs::read(path)?));
    }
    Ok(hex(&all.finalize()))
}

/// The first 16 hexadecimal digits.
fn hex(digest: &[u8]) -> String {
    digest.iter().take(8).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn brotli(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*content, &mut packed, &parameters)?;
    Ok(packed)
}

fn gzip(content: &[u8]) -> io::Result<Vec<u8>> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(content)?;
    packed.finish()
}
