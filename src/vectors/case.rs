//! Vector files: one TOML file per command family, one `[[case]]` per vector.

use std::{
    collections::BTreeSet,
    fmt, fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::template::{Template, TemplateError};

/// Why a vector file cannot be run.
#[derive(Debug, Error)]
pub(crate) enum LoadError {
    /// The file or folder cannot be read.
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// The file is not TOML, or has fields that do not belong there.
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    /// A case makes no sense.
    #[error("{}: {case:?}: {reason}", path.display())]
    Case { path: PathBuf, case: String, reason: String },
    /// A folder holds no vectors.
    #[error("{}: no *.toml file here", .0.display())]
    Empty(PathBuf),
}

/// The LMK that a case needs: it says which host port the request goes to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Lmk {
    /// The port of the default LMK, where `%nn` chooses.
    #[default]
    Default,
    /// The public 2DES test set, check value 268604.
    VariantTest,
    /// The public 3DES key block test LMK, check value 165126.
    KeyBlockTest,
    /// The public AES-256 key block test LMK, check value 9D04A0.
    AesKeyBlockTest,
}

impl Lmk {
    /// All of them, in the order of their ports.
    pub(crate) const ALL: [Self; 4] =
        [Self::Default, Self::VariantTest, Self::KeyBlockTest, Self::AesKeyBlockTest];

    /// As it stands in vector files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::VariantTest => "variant-test",
            Self::KeyBlockTest => "key-block-test",
            Self::AesKeyBlockTest => "aes-key-block-test",
        }
    }
}

impl fmt::Display for Lmk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How well the wire format of a case is grounded.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Evidence {
    /// Recorded device traffic.
    Device,
    /// A published manual page.
    Manual,
    /// An open simulator or client.
    Simulator,
    /// Own reading.
    Inferred,
}

/// A request and what its reply must be.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) lmk: Lmk,
    pub(crate) request: Template,
    pub(crate) reply: Template,
    /// The reply that follows when the printer is done.
    pub(crate) second: Option<Template>,
}

impl Step {
    /// Whether its command is one that prints.
    pub(crate) fn prints(&self) -> bool {
        let code = self.request.start().first_chunk();
        let entry = code.and_then(|code| host_commands::find(*code));
        entry.is_some_and(|entry| entry.spec.print_code.is_some())
    }

    /// Whether the reply is one that a second follows.
    fn has_second(&self) -> bool {
        self.prints() && self.reply.start().get(2..4) == Some(b"00")
    }
}

/// One vector: one request, or a short conversation.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Settings that the HSM must have been started with, a file of `vectors/settings`.
    pub(crate) settings: String,
    pub(crate) evidence: Evidence,
    pub(crate) source: String,
    /// One implementation alone made the expected values: they guard against change, they prove nothing.
    pub(crate) regression: bool,
    /// Why the reply cannot be compared; it must only not be 15, 68 or 80.
    pub(crate) parse_only: Option<String>,
    /// The case changes the state of the HSM and runs after all others.
    pub(crate) last: bool,
    pub(crate) steps: Vec<Step>,
}

impl Case {
    /// The settings of `strongroom serve --dev` without a configuration file.
    pub(crate) const DEFAULT_SETTINGS: &'static str = "default";

    /// Command codes of its requests, in order, each once.
    pub(crate) fn commands(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for step in &self.steps {
            let code = step.request.start().get(..2).unwrap_or_default();
            let code = String::from_utf8_lossy(code).into_owned();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// LMK of the first request.
    pub(crate) fn lmk(&self) -> Lmk {
        self.steps.first().map_or(Lmk::Default, |step| step.lmk)
    }
}

/// The cases of one file.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    pub(crate) path: PathBuf,
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuite {
    case: Vec<WrittenCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    lmk: Lmk,
    request: String,
    reply: String,
    second: Option<String>,
    settings: Option<String>,
    evidence: Evidence,
    source: String,
    #[serde(default)]
    regression: bool,
    parse_only: Option<String>,
    #[serde(default)]
    last: bool,
    #[serde(default)]
    then: Vec<WrittenStep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStep {
    lmk: Option<Lmk>,
    request: String,
    reply: String,
    second: Option<String>,
}

/// Loads files, and the `*.toml` files below folders, in the order of their names.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Vec<Suite>, LoadError> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        find(path, true, &mut files)?;
        if files.len() == before {
            return Err(LoadError::Empty(path.clone()));
        }
    }
    files.into_iter().map(suite).collect()
}

fn find(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> Result<(), LoadError> {
    let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        let entries: io::Result<BTreeSet<PathBuf>> = fs::read_dir(path)
            .map_err(unreadable)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect();
        for entry in entries.map_err(unreadable)? {
            find(&entry, false, files)?;
        }
    } else if named || path.extension().is_some_and(|extension| extension == "toml") {
        files.push(path.to_owned());
    }
    Ok(())
}

fn suite(path: PathBuf) -> Result<Suite, LoadError> {
    let written = match fs::read_to_string(&path) {
        Ok(text) => toml::from_str::<WrittenSuite>(&text),
        Err(source) => return Err(LoadError::Unreadable { path, source }),
    };
    let written = match written {
        Ok(written) => written,
        Err(source) => return Err(LoadError::Malformed { path, source: Box::new(source) }),
    };
    let mut names = BTreeSet::new();
    let mut cases = Vec::with_capacity(written.case.len());
    for case in written.case {
        let name = case.name.clone();
        let checked = if names.insert(name.clone()) {
            checked(case)
        } else {
            Err("there is one of this name".into())
        };
        match checked {
            Ok(case) => cases.push(case),
            Err(reason) => return Err(LoadError::Case { path, case: name, reason }),
        }
    }
    Ok(Suite { path, cases })
}

fn checked(case: WrittenCase) -> Result<Case, String> {
    let WrittenCase { request, reply, second, .. } = case;
    let first = WrittenStep { lmk: None, request, reply, second };
    let mut steps = Vec::with_capacity(1 + case.then.len());
    let mut filled = BTreeSet::new();
    for written in [first].into_iter().chain(case.then) {
        let lmk = written.lmk.unwrap_or(case.lmk);
        steps.push(step(&written, lmk, &mut filled).map_err(|error| error.to_string())?);
    }
    if steps.iter().any(|step| step.request.start().len() < 2) {
        return Err("a request has no command code".into());
    }
    let is_parsed_only = case.parse_only.is_some();
    let misses = |step: &&Step| !is_parsed_only && step.second.is_some() != step.has_second();
    if let Some(step) = steps.iter().find(misses) {
        return Err(match step.second {
            Some(_) => "a second reply follows only a command that prints, after error code 00",
            None => "the command prints, so `second` has to say the second reply",
        }
        .into());
    }
    if case.parse_only.is_some() && steps.len() > 1 {
        return Err("a case that is parsed only has no further steps".into());
    }
    Ok(Case {
        name: case.name,
        settings: case.settings.unwrap_or_else(|| Case::DEFAULT_SETTINGS.to_owned()),
        evidence: case.evidence,
        source: case.source,
        regression: case.regression,
        parse_only: case.parse_only,
        last: case.last,
        steps,
    })
}

fn step(
    written: &WrittenStep,
    lmk: Lmk,
    filled: &mut BTreeSet<String>,
) -> Result<Step, TemplateError> {
    let request = Template::read(&written.request)?;
    let reply = Template::read(&written.reply)?;
    let (same, places) = request.names();
    let (checked, new) = reply.names();
    if let Some(name) =
        same.into_iter().chain(places).chain(checked).find(|&name| !filled.contains(name))
    {
        return Err(TemplateError::Unfilled(name.to_owned()));
    }
    filled.extend(new.into_iter().map(str::to_owned));
    let second = written.second.as_deref().map(Template::read).transpose()?;
    if let Some(second) = &second {
        let (checked, new) = second.names();
        if let Some(name) = checked.into_iter().find(|&name| !filled.contains(name)) {
            return Err(TemplateError::Unfilled(name.to_owned()));
        }
        filled.extend(new.into_iter().map(str::to_owned));
    }
    Ok(Step { lmk, request, reply, second })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> Result<Case, String> {
        let text =
            format!("name = 'x'\nlmk = 'variant-test'\nevidence = 'device'\nsource = 's'\n{text}");
        toml::from_str(&text).map_err(|error| error.to_string()).and_then(checked)
    }

    #[test]
    fn a_conversation_is_one_case() {
        let case = case(
            "request = 'A00001U'\nreply = 'A100U{key:32H}{check:6H}'\n\
             [[then]]\nlmk = 'default'\nrequest = 'BU011U{key}'\nreply = 'BV00{check}{:10H}'\n",
        );
        let case = case.expect("a case");
        assert_eq!(case.commands(), ["A0", "BU"]);
        let lmks: Vec<Lmk> = case.steps.iter().map(|step| step.lmk).collect();
        assert_eq!(
            (lmks, case.settings.as_str()),
            (vec![Lmk::VariantTest, Lmk::Default], "default")
        );
    }

    #[test]
    fn senseless_cases_are_refused() {
        for (text, reason) in [
            ("request = 'BU{key}'\nreply = 'BV00'", "{key} is not filled by an earlier reply"),
            ("request = 'BU'\nreply = 'BV00{key}'", "{key} is not filled by an earlier reply"),
            ("request = 'B'\nreply = 'BV00'", "a request has no command code"),
            ("request = 'BU'\nreply = 'BV00'\ncolour = 1", "colour"),
            ("request = 'A2'\nreply = 'A300'", "`second` has to say"),
            ("request = 'A2'\nreply = 'A317'\nsecond = 'AZ00'", "only a command that prints"),
            ("request = 'BU'\nreply = 'BV00'\nsecond = 'BZ00'", "only a command that prints"),
            (
                "request = 'A2'\nreply = 'A300'\nsecond = 'AZ{key}'",
                "{key} is not filled by an earlier reply",
            ),
            (
                "request = 'BU'\nreply = 'BV00'\nparse_only = 'r'\n[[then]]\nrequest = 'NC'\nreply = ''",
                "further",
            ),
        ] {
            let found = case(text).expect_err(text);
            assert!(found.contains(reason), "{text}: {found}");
        }
    }

    #[test]
    fn all_vectors_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/host");
        let suites = load(std::slice::from_ref(&folder)).expect("vectors");
        assert!(suites.len() >= 7);
        let mut names = BTreeSet::new();
        for case in suites.iter().flat_map(|suite| &suite.cases) {
            assert!(names.insert(&case.name), "two cases are called {:?}", case.name);
            let settings = folder.join("../settings").join(&case.settings).with_extension("toml");
            let known = case.settings == Case::DEFAULT_SETTINGS || settings.exists();
            assert!(known, "{:?} needs settings {}", case.name, case.settings);
        }
    }
}
