//! The provider's console: sees which appliances there are and in which state, and nothing of what is in them.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use console::{Credential, Door, Echo, Outcome, Party, Remote, Stop, Terminal};
use lease::machine::Named as _;
use lease::{Appliance, Identifier, Pool, Resource, Wish, device, resource};
use time::OffsetDateTime;

use super::keeper::{Fault, Keeper};
use super::run::Run;
use crate::consoles;
use crate::evidence::{LEFT, Told, told};

/// How long a command waits for an appliance, which comes also if nobody waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command of the provider.
struct Command {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    run: fn(&mut Desk<'_>, &[&str]) -> Outcome,
}

/// Every command.
const COMMANDS: &[Command] = &[
    Command {
        name: "POOL",
        usage: "",
        summary: "list the appliances, and who waits for one",
        run: pool,
    },
    Command { name: "SHOW", usage: "SERIAL", summary: "show one appliance", run: show },
    Command {
        name: "ALLOCATE",
        usage: "TENANT NAME SKU [STAMP [GROUP]]",
        summary: "lease an appliance of the pool to a tenant",
        run: allocate,
    },
    Command {
        name: "RECLAIM",
        usage: "SERIAL [REQUEST]",
        summary: "take an appliance back that its tenant has released, or by force on his documented request",
        run: reclaim,
    },
    Command {
        name: "DESTROY",
        usage: "SERIAL REQUEST",
        summary: "give an appliance up for good that is in the pool or in quarantine",
        run: destroy,
    },
    Command {
        name: "EVIDENCE",
        usage: "LIST SERIAL | EXPORT SERIAL [FILE] | VERIFY SERIAL | VERIFY FILE PUBLIC-KEY",
        summary: "read and verify the signed records of releases",
        run: evidence,
    },
    Command { name: "HELP", usage: "", summary: "list the commands", run: help },
];

/// What the commands are called.
pub(crate) fn names() -> Vec<&'static str> {
    COMMANDS.iter().map(|command| command.name).collect()
}

struct Desk<'d> {
    terminal: &'d mut dyn Terminal,
    keeper: &'d Keeper,
}

/// Opens the socket, for who has the token of the pool, and serves consoles from now on, a thread each.
pub(super) fn open(path: &Path, token: &Path, keeper: &Arc<Keeper>) -> io::Result<()> {
    let door = Door {
        party: Party::Provider,
        credential: Credential::read(token)?,
        elsewhere: "This is the console of the provider: a tenant's is `console` in the folder of the state of his appliance"
            .to_owned(),
    };
    // Only one process has the folder: what is there is left of one that was killed.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let keeper = Arc::clone(keeper);
    let serve = move |mut remote: Remote<_>| {
        let well = Desk { terminal: &mut remote, keeper: &keeper }.serve();
        // The console may be gone already.
        let _ = remote.end(well);
    };
    consoles::open(path, door, serve, |_| ())
}

impl Desk<'_> {
    /// Runs commands until the input ends. True if all went well.
    fn serve(&mut self) -> bool {
        let mut well = true;
        loop {
            let line = match self.terminal.read("Provider> ", Echo::Plain) {
                Ok(line) => line,
                Err(Stop::Aborted) => continue,
                Err(_) => return well,
            };
            match self.enter(&line) {
                Ok(()) => {}
                Err(Stop::Refused(text)) => {
                    well = false;
                    if self.tell(&text).is_err() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
    }

    fn enter(&mut self, line: &str) -> Outcome {
        let mut words = line.split_whitespace();
        let Some(name) = words.next() else { return Ok(()) };
        let name = name.to_uppercase();
        let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
            return Stop::no(format!("Unknown command {name}; HELP lists all"));
        };
        tracing::info!(command = command.name, "provider's command");
        match (command.run)(self, &words.collect::<Vec<_>>()) {
            Err(Stop::Refused(text)) if text.is_empty() => {
                Stop::no(format!("Usage: {} {}", command.name, command.usage))
            }
            outcome => outcome,
        }
    }

    fn tell(&mut self, text: &str) -> Outcome {
        self.terminal.line(text.trim_end())
    }

    /// Shows how far a resource is until it is there, or gone, or nothing happens for long.
    fn follow(&mut self, identifier: &Identifier) -> Outcome<Option<Resource>> {
        let (begun, mut told) = (Instant::now(), None);
        loop {
            let Ok(resource) = self.keeper.resource(identifier) else { return Ok(None) };
            if told != Some(resource.state) {
                let message = self.keeper.message(&resource);
                self.tell(&format!("{}: {message}", resource.state.name()))?;
                told = Some(resource.state);
            }
            let is_settled =
                matches!(resource.state, resource::State::Succeeded | resource::State::Failed);
            if is_settled || begun.elapsed() > PATIENCE {
                return Ok(Some(resource));
            }
            thread::sleep(super::STEP / 2);
        }
    }
}

/// The words are not those of the command.
fn usage<T>() -> Outcome<T> {
    Stop::no("")
}

fn done<T>(outcome: Result<T, Fault>) -> Outcome<T> {
    outcome.or_else(|fault| Stop::no(sentence(&fault.to_string())))
}

/// As the console says it.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn appliance(pool: &Pool, serial: &str) -> Outcome<Appliance> {
    pool.appliance(serial).cloned().or_else(|problem| Stop::no(sentence(&problem.to_string())))
}

/// Begin of a hash: enough to tell tenants apart.
fn short(hash: Option<&str>) -> &str {
    hash.map_or("-", |hash| hash.get(..16).unwrap_or(hash))
}

fn of<'p>(pool: &'p Pool, serial: &str) -> Option<&'p Resource> {
    pool.resources.iter().find(|resource| resource.serial.as_deref() == Some(serial))
}

/// Hours of a lease that has not ended.
fn hours(resource: Option<&Resource>) -> u64 {
    let going_on = resource.filter(|resource| resource.billed_until.is_none());
    going_on.map_or(0, |resource| resource.billed_hours(OffsetDateTime::now_utc()))
}

fn pool(desk: &mut Desk<'_>, _: &[&str]) -> Outcome {
    let pool = desk.keeper.pool();
    desk.tell(&format!(
        "{:<12}  {:<8}  {:<12}  {:<25}  {:<16}  {:>6}  {:>8}  {:>5}",
        "Serial", "Stamp", "State", "SKU", "Tenant", "Leases", "Releases", "Hours"
    ))?;
    for appliance in &pool.appliances {
        let Appliance { serial, stamp, state, tenant, sku, leases, releases, .. } = appliance;
        let hours = appliance.hours + hours(of(&pool, serial));
        let tenant = short(tenant.as_deref());
        let sku = sku.map_or_else(|| "-".to_owned(), |sku| sku.to_string());
        desk.tell(&format!(
            "{serial:<12}  {stamp:<8}  {:<12}  {sku:<25}  {tenant:<16}  {leases:>6}  {releases:>8}  {hours:>5}",
            state.name()
        ))?;
    }
    for appliance in &pool.appliances {
        if let Some(reason) = &appliance.quarantine {
            desk.tell(&format!("{} is in quarantine: {reason}", appliance.serial))?;
        }
    }
    for resource in pool.resources.iter().filter(|resource| resource.serial.is_none()) {
        let message = desk.keeper.message(resource);
        desk.tell(&format!("{} {}: {message}", resource.identifier, resource.state.name()))?;
    }
    Ok(())
}

fn show(desk: &mut Desk<'_>, words: &[&str]) -> Outcome {
    let [serial] = words else { return usage() };
    let pool = desk.keeper.pool();
    let appliance = appliance(&pool, serial)?;
    let Appliance { location, stamp, state, tenant, leases, releases, quarantine, .. } = &appliance;
    let provider = if state.provider_administers() { "on" } else { "off" };
    let restarts = desk.keeper.runs().get(*serial).map_or(0, |run: &Run| run.restarts);
    let mut rows = vec![
        ("Serial number", (*serial).to_owned()),
        ("Place", format!("{location}, {stamp}")),
        ("State", state.name().to_owned()),
        ("Administration by the provider", provider.to_owned()),
        (
            "Leases, releases, hours",
            format!("{leases}, {releases}, {}", appliance.hours + hours(of(&pool, serial))),
        ),
        ("Restarts after a crash", restarts.to_string()),
        ("Tenant (SHA-256)", tenant.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    rows.extend(quarantine.clone().map(|reason| ("In quarantine", reason)));
    if let Some(resource) = of(&pool, serial) {
        let message = desk.keeper.message(resource);
        rows.push(("Resource", resource.identifier.to_string()));
        rows.push(("SKU", resource.wish.sku.to_string()));
        rows.push(("Provisioning", format!("{}: {message}", resource.state.name())));
        rows.push(("Hours of this lease", hours(Some(resource)).to_string()));
        if let Some(endpoints) = desk.keeper.endpoints(resource) {
            rows.push(("Host port", endpoints.host.to_string()));
            rows.push(("Tenant's console", format!("--state {}", endpoints.console)));
        }
    }
    let evidence = match desk.keeper.look(&appliance).evidence {
        Ok(records) => format!("{} verified", crate::evidence::records(records)),
        Err(reason) => reason,
    };
    rows.push(("Evidence", evidence));
    rows.iter().try_for_each(|(name, value)| desk.tell(&format!("{name:<30}  {value}")))
}

fn allocate(desk: &mut Desk<'_>, words: &[&str]) -> Outcome {
    let [tenant, name, sku, rest @ ..] = words else { return usage() };
    let sku = sku
        .parse()
        .or_else(|unknown: lease::UnknownSku| Stop::no(sentence(&unknown.to_string())))?;
    let location = desk.keeper.pool().appliances.first().map(|it| it.location.clone());
    let group = rest.get(1).copied().unwrap_or("default").to_owned();
    let identifier =
        Identifier { subscription: (*tenant).to_owned(), group, name: (*name).to_owned() };
    let wish = Wish {
        location: location.unwrap_or_default(),
        sku,
        stamp: rest.first().copied().unwrap_or("stamp1").to_owned(),
        tags: std::collections::BTreeMap::new(),
        networks: Default::default(),
    };
    if !done(desk.keeper.put(identifier.clone(), wish))? {
        desk.tell("There is such a resource already:")?;
    }
    let resource = desk.follow(&identifier)?;
    let state = resource.as_ref().map(|resource| resource.state);
    match (state, resource.and_then(|resource| resource.serial)) {
        (Some(resource::State::Succeeded), Some(serial)) => show(desk, &[&serial]),
        (Some(resource::State::Failed), None) => {
            done(desk.keeper.delete(&identifier, None))?;
            Stop::no("No appliance was allocated")
        }
        (Some(_), _) => desk.tell("It goes on by itself: POOL shows how far it is"),
        (None, _) => Stop::no("The resource was deleted meanwhile"),
    }
}

fn reclaim(desk: &mut Desk<'_>, words: &[&str]) -> Outcome {
    let (serial, request) = match words {
        [serial] => (serial, None),
        [serial, request] => (serial, Some(*request)),
        _ => return usage(),
    };
    let pool = desk.keeper.pool();
    let appliance = appliance(&pool, serial)?;
    let Some(resource) = of(&pool, serial) else {
        return Stop::no(format!("{serial} is not leased: it is {}", appliance.state.name()));
    };
    let hours = hours(Some(resource));
    if let Err(fault) = desk.keeper.delete(&resource.identifier, request) {
        let hint = if request.is_none() {
            "; by force on his documented request: RECLAIM SERIAL REQUEST"
        } else {
            ""
        };
        return Stop::no(sentence(&format!("{fault}{hint}")));
    }
    if desk.follow(&resource.identifier)?.is_some() {
        return desk.tell("It goes on by itself: SHOW tells how far it is");
    }
    let appliance = self::appliance(&desk.keeper.pool(), serial)?;
    if appliance.state == device::State::Quarantined {
        return Stop::no(format!("{serial} is in quarantine: SHOW tells why"));
    }
    let (state, releases) = (appliance.state.name(), appliance.releases);
    desk.tell(&format!("{serial} is {state}; release {releases} is proved; hours billed: {hours}"))
}

fn destroy(desk: &mut Desk<'_>, words: &[&str]) -> Outcome {
    let [serial, request] = words else { return usage() };
    done(desk.keeper.destroy(serial, request))?;
    desk.tell("Destroyed; its evidence is kept")
}

fn evidence(desk: &mut Desk<'_>, words: &[&str]) -> Outcome {
    let [verb, what, rest @ ..] = words else { return usage() };
    match (verb.to_uppercase().as_str(), rest) {
        ("VERIFY", [public_key]) => {
            let file = desk.terminal.drawer().take(what)?;
            let Some(text) = file.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                return Stop::no(format!("There is no such file of evidence: {what}"));
            };
            verify(desk, &text, public_key)
        }
        ("VERIFY", []) => {
            let text = of_appliance(desk, what)?;
            let public_key = done(desk.keeper.folder.public_key(what).map_err(Fault::from))?;
            verify(desk, &text, &public_key)
        }
        ("LIST", []) => {
            let text = of_appliance(desk, what)?;
            let Told { lines, .. } =
                told(&text, None).or_else(|doubt| Stop::no(sentence(&doubt.to_string())))?;
            lines.iter().try_for_each(|line| desk.tell(line))
        }
        ("EXPORT", []) => of_appliance(desk, what)?.lines().try_for_each(|line| desk.tell(line)),
        ("EXPORT", [file]) => {
            let text = of_appliance(desk, what)?;
            desk.terminal.drawer().put(file, text.as_bytes())?;
            desk.tell(&format!("Written to {file}"))
        }
        _ => usage(),
    }
}

fn of_appliance(desk: &Desk<'_>, serial: &str) -> Outcome<String> {
    appliance(&desk.keeper.pool(), serial)?;
    done(desk.keeper.folder.evidence(serial).map_err(Fault::from))
}

fn verify(desk: &mut Desk<'_>, text: &str, public_key: &str) -> Outcome {
    match told(text, Some(public_key)) {
        Ok(Told { lines, is_clean }) => {
            lines.iter().try_for_each(|line| desk.tell(line))?;
            if is_clean { Ok(()) } else { Stop::no(sentence(LEFT)) }
        }
        Err(doubt) => Stop::no(format!("The evidence does not verify: {doubt}")),
    }
}

fn help(desk: &mut Desk<'_>, _: &[&str]) -> Outcome {
    COMMANDS.iter().try_for_each(|Command { name, usage, summary, .. }| {
        desk.tell(&format!("{name} {usage}"))?;
        desk.tell(&format!("    {summary}"))
    })
}
