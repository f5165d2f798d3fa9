mod release;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use vault::{Clock, Lmk, LmkId, Moment};

use super::disk::interrupted::{By, after, never};
use super::*;
use crate::{
    AccessList, Activity, Appliance, Authorisations, Category, FraudDetection, FraudLimits, Grant,
    HostPorts, Interface, KeyChange, Label, Lock, PinText, Randomness, SerialNumber, StorageLength,
    Tamper, TamperCause, Until,
};

/// Folders of one test, removed with this.
struct Place(Folders);

impl Place {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("strongroom-{}-{}", std::process::id(), COUNT.fetch_add(1, Relaxed));
        let state = std::env::temp_dir().join(name).join("state");
        let root_key = Folders::beside(&state);
        Self(Folders { state, root_key })
    }

    fn found(&self) -> Result<Found, StoreFault> {
        Store::open(&self.0, SerialNumber::default())
    }

    /// An appliance that is made here in this state.
    fn appliance(&self, state: State) -> Appliance {
        let Ok(Found::Nothing(store)) = self.found() else { panic!("there is something") };
        Appliance::new(state, Randomness::from_seed(1)).with_store(store).expect("room")
    }

    /// The state that was kept, with what the store is then.
    fn state(&self) -> (State, Store) {
        match self.found() {
            Ok(Found::State(state, store)) => (*state, store),
            other => panic!("no state: {other:?}"),
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        match name {
            STATE => self.0.state.join(name),
            _ => self.0.root_key.join(name),
        }
    }

    fn fault(&self) -> String {
        self.found().expect_err("it is not opened").to_string()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.state.parent().expect("a parent"));
    }
}

/// All that a state holds and keeps, LMKs by their check values.
fn told(state: &State) -> String {
    let lmks = state.lmks.iter().map(|(id, lmk)| {
        let change = state.lmks.key_changes().find(|(beside, ..)| *beside == id);
        let change = change.map(|(_, change, lmk)| (change, lmk.kind(), lmk.check_value()));
        (id, lmk.kind(), lmk.check_value(), state.lmks.label(id).cloned(), change)
    });
    let lmks: Vec<_> = lmks.collect();
    format!("{} {lmks:?}", serde_json::to_string(state).expect("a state"))
}

fn grant(until: Until) -> Grant {
    let activity = Activity::of(Category::Export, "001", Interface::Host);
    Grant { lmk: Some(LmkId(2)), activity, until }
}

/// A state in which nothing is as delivered.
fn full() -> State {
    let lmk = |name: &str| Lmk::named(name).expect("a test LMK");
    let mut state = State::development();
    state.settings.single_des = false;
    state.settings.excluded_pins = vec!["1234".to_owned()];
    state.settings.user_storage_key_length = StorageLength::Variable;
    state.default_lmk = LmkId(2);
    state.management_lmk = LmkId(1);
    state.lmks.set_label(LmkId(2), Label { is_live: true, comments: "né à Zürich\n".to_owned() });
    let loaded = state.lmks.load_key_change(LmkId(0), KeyChange::Old, lmk("test-variant-old"));
    loaded.expect("it fits");
    assert!(state.lmks.load(LmkId(99), lmk("test-key-block-tdes")));
    state.locks.right = Lock { is_open: true, card: Some([7; 32]) };
    state.officers.set(LmkId(0), [Some([1; 32]), None]);
    state.authorised = Authorisations::default();
    state.authorised.grant(grant(Until::Persistent));
    let length = StorageLength::Variable;
    state.storage.set(0xFFF, length, b"\0\xFFbinary").expect("room");
    state.storage.set(1, length, b"U0123456789ABCDEF0011223344556677").expect("room");
    state.printing.pin_text = PinText::new([(); 10].map(|()| b"Zahl".to_vec()));
    state.clock = Clock::System { ahead: -3_600 };
    state.health.tampers = 3;
    state
}

#[test]
fn all_that_a_state_holds_survives() {
    let place = Place::new();
    let appliance = place.appliance(full());
    let before = told(&appliance.state());
    drop(appliance);
    let (state, store) = place.state();
    assert_eq!(told(&state), before);
    assert_eq!(state.storage.get_as(1, Some(b'U')).map(<[u8]>::len), Ok(33));
    assert!(state.authorised.allows(LmkId(2), Category::Export, "001", Interface::Host));
    assert_eq!(state.health.restarts, 1);
    let again = Appliance::new(state, Randomness::from_seed(1)).with_store(store).expect("room");
    assert_eq!(again.state().health.restarts, 2);
    drop(again);
    assert_eq!(place.state().0.health.restarts, 2);
}

#[test]
fn what_ends_with_a_start_is_not_kept() {
    let place = Place::new();
    let appliance = place.appliance(State::development());
    let changed = appliance.change(|state| {
        state.authorised.grant(grant(Until::Cancelled));
        state.authorised.grant(Grant { lmk: None, ..grant(Until::minutes(30)) });
    });
    changed.expect("room");
    appliance.tamper(TamperCause::Motion);
    let at = Moment::of_hour(b"2026:11:24:10");
    assert_eq!(appliance.state().tamper.map(|it| it.cause), Some(TamperCause::Motion));
    let changed =
        appliance.change(|state| state.tamper = Some(Tamper { cause: TamperCause::Case, at }));
    changed.expect("room");
    drop(appliance);
    let (state, _store) = place.state();
    assert_eq!(state.authorised, Authorisations::default());
    assert_eq!(state.tamper, None);
    // What a tamper erased stays erased.
    assert_eq!((state.lmks.count(), state.health.tampers), (0, 1));
}

#[test]
fn pins_are_not_tried_on_after_a_restart() {
    let place = Place::new();
    let limits =
        FraudLimits { enabled: true, attacks: 0, failures_per_minute: 0, ..FraudLimits::default() };
    let appliance = place.appliance(State::default());
    assert!(
        appliance.fraud().pin_failed(&limits).is_some() && appliance.fraud().pin_attacked(&limits)
    );
    let before = appliance.fraud().record();
    appliance.keep();
    drop(appliance);
    let again = Appliance::new(place.state().0, Randomness::from_seed(1));
    assert_eq!(again.fraud().record(), before);
    assert!(again.fraud().is_stopped() && again.fraud().is_attacked());
    assert!(!again.fraud().pin_attacked(&limits), "attacks are told once");
    assert_ne!(before, FraudDetection::default().record());
}

#[test]
fn nothing_of_it_is_readable_in_the_file() {
    let place = Place::new();
    let lmks = ["test-variant", "test-variant-old", "test-key-block-tdes", "test-key-block-aes"];
    drop(place.appliance(full()));
    let file = fs::read(place.file(STATE)).expect("a state");
    let secrets = lmks.map(|name| Lmk::named(name).expect("a test LMK"));
    let raw = secrets.iter().flat_map(|lmk| lmk.material().as_bytes().windows(8));
    let plain = [&b"settings"[..], b"1234567", b"binary", b"Zahl", &[7; 8]];
    let hexadecimal = hex::encode(secrets[3].material().as_bytes());
    let mut count = 0;
    for part in raw.chain(plain).chain(hexadecimal.as_bytes().windows(16)) {
        count += 1;
        let found = file.windows(part.len()).any(|seen| seen.eq_ignore_ascii_case(part));
        assert!(!found, "{} is in the file", part.escape_ascii());
    }
    assert!(count > 500, "looked for {count} parts only");
    assert!(
        file.windows(12).any(|seen| seen == SerialNumber::default().as_bytes()),
        "the search finds nothing"
    );
}

#[test]
fn a_damaged_state_is_refused_by_name_and_left_alone() {
    let place = Place::new();
    drop(place.appliance(full()));
    let path = place.file(STATE);
    let good = fs::read(&path).expect("a state");
    let header = 106;
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let mut cases = vec![
        (flipped(0), "this is not a state"),
        (flipped(7), "this is not a state"),
        (b"{}".to_vec(), "this is not a state"),
        (flipped(8), "a later release wrote this state (version 257, and this release reads 1)"),
        ([&good[..9], &[2], &good[10..]].concat(), "a later release wrote this state (version 2,"),
        ([&good[..9], &[0], &good[10..]].concat(), "this is not a state"),
        (
            flipped(10),
            "this is the state of another appliance, R0000000001D, and this one is S0000000001D;",
        ),
        (flipped(21), "this is the state of another appliance, S0000000001E"),
        (flipped(22), "the state is altered"),
        (flipped(29), "the state is altered"),
        (flipped(30), "the state is cut short"),
        (flipped(34), "does not open this state"),
        (flipped(header - 1), "does not open this state"),
        (flipped(header), "the state is altered"),
        (flipped(header + 24), "the state is altered"),
        (flipped(usize::midpoint(header, good.len())), "the state is altered"),
        (flipped(good.len() - 1), "the state is altered"),
        ([&good[..], b"\0"].concat(), "the state is altered"),
        ([&good[..], &good[..]].concat(), "the state is altered"),
        (vec![0; good.len()], "this is not a state"),
        (Vec::new(), "the state is cut short"),
    ];
    cases.extend(
        (1..good.len()).step_by(97).map(|end| (good[..end].to_vec(), "the state is cut short")),
    );
    for (file, reason) in cases {
        fs::write(&path, &file).expect("room");
        let fault = place.fault();
        assert!(fault.contains(reason), "{fault} instead of {reason}");
        assert!(fault.contains(path.to_str().expect("a path")), "{fault}");
        assert_eq!(fs::read(&path).expect("a state"), file, "a refused state was written");
    }
    fs::write(&path, &good).expect("room");
    place.state();
}

#[test]
fn every_bit_of_the_file_matters() {
    let place = Place::new();
    drop(place.appliance(State::default()));
    let path = place.file(STATE);
    let good = fs::read(&path).expect("a state");
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&path, &bytes).expect("room");
        place.found().expect_err("an altered state is opened");
    }
}

#[test]
fn files_that_do_not_belong_together_are_refused_by_name() {
    let place = Place::new();
    let appliance = place.appliance(State::default());
    let old = fs::read(place.file(STATE)).expect("a state");
    appliance.change(|state| state.settings.clear_pins = true).expect("room");
    drop(appliance);
    let now = fs::read(place.file(STATE)).expect("a state");
    let other = Place::new();
    drop(other.appliance(State::default()));
    let other_key = fs::read(other.file(ROOT_KEY)).expect("a key");
    let (key, generation) = (place.file(ROOT_KEY), place.file(GENERATION));
    let own_key = fs::read(&key).expect("a key");

    fs::write(place.file(STATE), &old).expect("room");
    let fault = place.fault();
    assert!(fault.contains("an old state, of generation 1, and the last one was 2"), "{fault}");
    fs::write(place.file(STATE), &now).expect("room");
    for (path, contents, reason) in [
        (&key, &other_key[..], "does not open this state"),
        (&key, &own_key[..31], "not a root key, which has 32 bytes"),
        (&generation, b"two", "the generation of the last state is missing or damaged"),
        (&generation, b"3", "an old state, of generation 2, and the last one was 3"),
    ] {
        let before = fs::read(path).expect("a file");
        fs::write(path, contents).expect("room");
        let fault = place.fault();
        assert!(fault.contains(reason), "{fault} instead of {reason}");
        fs::write(path, before).expect("room");
    }
    for (path, reason) in [
        (&key, "there is no root key"),
        (&generation, "the generation of the last state is missing"),
        (&place.file(STATE), "there is no state, but there was one of generation 2"),
    ] {
        let aside = path.with_extension("aside");
        fs::rename(path, &aside).expect("it is there");
        let fault = place.fault();
        assert!(fault.contains(reason), "{fault} instead of {reason}");
        fs::rename(&aside, path).expect("it is there");
    }
    // Killed between the two: the state is one ahead of its generation.
    fs::write(&generation, b"1\n").expect("room");
    place.state();
}

#[test]
fn a_root_key_for_everybody_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    drop(place.appliance(State::default()));
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&place.file(ROOT_KEY)), 0o600);
    assert_eq!(mode(&place.file(STATE)), 0o600);
    assert_eq!((mode(&place.0.state), mode(&place.0.root_key)), (0o700, 0o700));
    let open = fs::Permissions::from_mode(0o640);
    fs::set_permissions(place.file(ROOT_KEY), open).expect("it is ours");
    assert!(place.fault().contains("the root key can be read by others"), "{}", place.fault());
}

#[test]
fn a_folder_has_one_server() {
    let place = Place::new();
    let appliance = place.appliance(State::default());
    assert!(place.fault().contains("another server uses this folder"), "{}", place.fault());
    let elsewhere = place.0.state.with_file_name("other");
    let folders = Folders { state: elsewhere, root_key: place.0.root_key.clone() };
    let fault = Store::open(&folders, SerialNumber::default()).expect_err("the key is in use");
    assert!(matches!(fault, StoreFault::InUse(_)), "{fault}");
    drop(appliance);
    place.state();
    let state = place.0.state.clone();
    for root_key in [state.clone(), state.join("key"), state.join("./.key")] {
        let same = Folders { state: state.clone(), root_key };
        let fault = Store::open(&same, SerialNumber::default()).expect_err("one folder for both");
        assert!(fault.to_string().contains("a folder of its own"), "{fault}");
    }
    let here = std::env::current_dir().expect("a folder");
    assert_eq!(Folders::beside(Path::new(".")), Folders::beside(&here));
    assert_eq!(Folders::beside(Path::new("/var/lib/x/")), Path::new("/var/lib/x.key"));
}

/// Runs something with an interruption after each number of steps, until it is not reached any more.
fn at_each_step(by: By, mut run: impl FnMut(usize)) -> usize {
    for steps in 0.. {
        after(steps, by);
        run(steps);
        if !never() {
            return steps;
        }
    }
    unreachable!("it ends")
}

#[test]
fn a_kill_at_any_step_leaves_the_old_state_or_the_new_one() {
    let place = Place::new();
    drop(place.appliance(full()));
    let (mut outcomes, mut clear) = ([0; 2], true);
    let steps = at_each_step(By::Kill, |steps| {
        let (state, store) = place.state();
        let before = state.settings.clear_pins;
        assert_eq!(before, clear);
        let mut new = state.clone();
        new.settings.clear_pins = !before;
        assert!(
            new.lmks.erase(LmkId(1)) || new.lmks.load(LmkId(1), Lmk::test_variant().expect("one"))
        );
        let (old, new_told) = (told(&state), told(&new));
        let killed = catch_unwind(AssertUnwindSafe(|| {
            let mut store = store;
            store.keep(&new)
        }));
        let now = told(&place.state().0);
        assert!(now == old || now == new_told, "step {steps}: a mix: {now}");
        if matches!(killed, Ok(Ok(()))) {
            assert_eq!(now, new_told, "an acknowledged state is lost");
        }
        outcomes[usize::from(now == new_told)] += 1;
        clear = place.state().0.settings.clear_pins;
    });
    // Both sides of the rename, and the second file.
    assert!(steps >= 14 && outcomes[0] > 3 && outcomes[1] > 3, "{steps} steps, {outcomes:?}");
}

#[test]
fn a_full_disk_leaves_the_last_state_and_can_be_cleared() {
    let place = Place::new();
    let appliance = place.appliance(State::default());
    let (mut failed, mut length) = (0, 0);
    at_each_step(By::FullDisk, |steps| {
        length = steps;
        let outcome = appliance.change(|state| state.health.tampers += 1);
        let Err(fault) = outcome else { return };
        failed += 1;
        let fault = fault.to_string();
        assert!(
            fault.contains("no storage space") && fault.contains("nothing is changed"),
            "{fault}"
        );
        assert!(fault.contains(place.0.state.to_str().expect("a path")), "{fault}");
        assert!(!place.0.state.join("state.new").exists(), "half a file takes room away");
        let before = appliance.state().health.tampers;
        appliance.change(|state| state.health.tampers += 1).expect("there is room again");
        assert_eq!(appliance.state().health.tampers, before + 1);
    });
    // A generation that cannot be written is no reason to refuse a state that is kept.
    assert!(failed > 5 && failed < length, "{failed} of {length}");
    let last = appliance.state().health.tampers;
    drop(appliance);
    assert_eq!(place.state().0.health.tampers, last);
}

#[test]
fn what_is_erased_is_gone_at_once_also_when_the_disk_is_full() {
    let place = Place::new();
    let appliance = place.appliance(State::development());
    after(0, By::FullDisk);
    appliance.tamper(TamperCause::Case);
    assert!(never(), "it did not try to keep the state");
    assert_eq!(appliance.state().lmks.count(), 0);
    appliance.keep();
    drop(appliance);
    assert_eq!(place.state().0.lmks.count(), 0);
}

#[test]
fn an_interrupted_first_start_is_taken_up_again() {
    for by in [By::Kill, By::FullDisk] {
        let mut made = 0;
        let steps = at_each_step(by, |_| {
            let place = Place::new();
            let first = catch_unwind(AssertUnwindSafe(|| {
                let Ok(Found::Nothing(store)) = place.found() else { return false };
                let appliance = Appliance::new(State::factory(), Randomness::from_seed(1));
                appliance.with_store(store).is_ok()
            }));
            if matches!(first, Ok(true)) {
                made += 1;
                place.state();
                return;
            }
            match place.found().expect("it is taken up again") {
                Found::Nothing(_) | Found::State(..) => {}
                Found::Release(_) => panic!("nobody wanted a release"),
            }
        });
        assert!(steps > 15 && made >= 1, "{steps} steps, {made} made");
    }
}

#[test]
fn a_state_of_before_gets_defaults_and_a_change_that_fails_changes_nothing() {
    let place = Place::new();
    let appliance = place.appliance(State::default());
    let file = fs::read(place.file(STATE)).expect("a state");
    let outcome = appliance.try_change(|state| {
        state.settings.clear_pins = true;
        Err::<(), _>("no")
    });
    assert!(matches!(outcome, Ok(Err("no"))));
    assert!(!appliance.state().settings.clear_pins);
    assert_eq!(fs::read(place.file(STATE)).expect("a state"), file);
    let key = DataKey::generate().expect("random numbers");
    let state = image::read(br#"{"state":{"default_lmk":3},"lmks":[]}"#, &key).expect("enough");
    assert_eq!(told(&state), told(&State { default_lmk: LmkId(3), ..State::default() }));
    assert!(image::read(b"{}", &key).is_err());
}

#[test]
fn the_setup_of_the_host_ports_is_kept_with_the_key() {
    let place = Place::new();
    let appliance = place.appliance(State::development());
    let entries = vec!["10.0.0.0/24".parse().expect("an entry")];
    let changed = appliance.change(|state| {
        let ports = state.host_ports_mut();
        ports.connections = 7;
        ports.access = AccessList { is_enabled: true, entries: entries.clone() };
        ports.identity.clients = vec!["switch".parse().expect("a client")];
        ports.identity.request("hsm", &[]).expect("a key")
    });
    changed.expect("room");
    let before = Arc::clone(&appliance.state().host_ports);
    drop(appliance);
    let (state, _store) = place.state();
    let after = &state.host_ports;
    assert_eq!((after.connections, &after.access.entries), (7, &entries));
    assert_eq!(after.identity.clients, before.identity.clients);
    let key = |ports: &HostPorts| ports.identity.key().expect("a key").der().to_vec();
    assert!(key(after) == key(&before), "another key");
}
