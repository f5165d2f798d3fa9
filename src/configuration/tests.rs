use clap::{Command, FromArgMatches as _};

use super::*;

const EXAMPLE: &str = include_str!("../../strongroom.example.toml");

fn options() -> Command {
    Given::augment_args(Command::new("serve"))
}

fn from_options(line: &[&str]) -> Result<Configuration, String> {
    let matches = options()
        .no_binary_name(true)
        .try_get_matches_from(line)
        .map_err(|error| error.to_string())?;
    let given = Given::from_arg_matches(&matches).map_err(|error| error.to_string())?;
    Configuration::new(None, given).map_err(|failure| failure.to_string())
}

/// Host ports of an appliance that nothing was said of.
fn before() -> HostPorts {
    HostPorts { tls: false, ..HostPorts::default() }
}

#[test]
fn what_is_not_said_of_the_host_ports_stays() {
    let access = AccessList { is_enabled: true, entries: Vec::new() };
    let changed = HostPorts { connections: 7, access, udp: false, ..before() };
    let ports = Configuration::default().host_ports(&changed).expect("it names no files");
    assert_eq!(format!("{ports:?}"), format!("{:?}", HostPorts { udp: true, ..changed.clone() }));
    let configuration = from_options(&["--connections", "8"]).expect("right");
    assert_eq!(configuration.host_ports(&changed).expect("no files").connections, 8);
}

#[test]
fn the_example_says_the_defaults() {
    let mut configuration = Configuration { dev: true, ..Configuration::default() };
    configuration.server.udp = false;
    file::parse(EXAMPLE, "example").expect("the example is right").change(&mut configuration);
    let settings = std::mem::take(&mut configuration.settings);
    // Certificates have no equality.
    let other = HostPorts { header_length: 9, connections: 9, keep_alive: 9, ..before() };
    let ports = configuration.host_ports(&other).expect("it names no files");
    assert_eq!(format!("{ports:?}"), format!("{:?}", before()));
    configuration.host_ports = SaidHostPorts::default();
    assert_eq!(configuration, Configuration::default());
    let defaults = toml::Table::try_from(Settings::default()).expect("settings are a table");
    assert_eq!(settings, defaults);
}

#[test]
fn a_setting_changes_the_preset() {
    let mut configuration = Configuration { dev: true, ..Configuration::default() };
    let given = file::parse("[settings]\nsingle_des = false", "my.toml").expect("right");
    given.change(&mut configuration);
    let settings = configuration.settings().expect("right");
    assert_eq!(settings, Settings { single_des: false, ..Settings::development() });
    for wrong in ["pin_lenght = 6", "pin_length = 13", "zmk_length = \"triple\""] {
        let mut configuration = Configuration::default();
        let text = format!("[settings]\n{wrong}");
        file::parse(&text, "my.toml").expect("TOML").change(&mut configuration);
        assert!(configuration.settings().is_err(), "{wrong}");
    }
}

#[test]
fn the_example_and_the_help_explain_every_setting_and_agree() {
    for argument in options().get_arguments().filter(|argument| argument.get_id() != "no_udp") {
        let key = argument.get_id().as_str();
        let line = EXAMPLE
            .lines()
            .find_map(|line| line.trim_start_matches("# ").strip_prefix(&format!("{key} = ")));
        let value =
            line.unwrap_or_else(|| panic!("`{key}` is missing in the example")).trim_matches('"');
        let help = argument.get_help().unwrap_or_else(|| panic!("`{key}` has no help")).to_string();
        let optional = EXAMPLE.contains(&format!("# {key} = "));
        let default =
            if optional { "[default: none, ".to_owned() } else { format!("[default: {value}]") };
        assert!(help.contains(&default), "`{key}`: the help does not say `{default}`: {help}");
    }
}

#[test]
fn every_line_of_the_example_that_is_commented_out_is_right() {
    let text = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if setting.contains(" = ") => setting,
        _ => line,
    });
    let text = text.collect::<Vec<_>>().join("\n");
    let given = file::parse(&text, "example").expect("the example is right");
    assert!(given.state.is_some() && given.seed.is_some());
}

#[test]
fn an_option_wins_over_the_file() {
    let mut configuration = Configuration::default();
    let text = "[host]\nconnections = 7\nframe_limit = 100\nidle_timeout = 60\n\
                unknown_command = \"ZZ00\"";
    file::parse(text, "x").expect("the text is right").change(&mut configuration);
    let matches = options().get_matches_from(["serve", "--connections", "8", "--no-udp"]);
    Given::from_arg_matches(&matches).expect("the options are right").change(&mut configuration);
    assert_eq!(configuration.host_ports.connections, Some(8));
    let server = configuration.server;
    assert_eq!((server.frame_limit, server.udp), (100, false));
    assert_eq!(server.idle_timeout, Some(Duration::from_mins(1)));
    assert_eq!(configuration.unknown_command, UnknownCommand::Zz);
}

#[test]
fn the_tls_port_is_a_thousand_above() {
    let tls = |line: &[&str]| from_options(line).map(|it| it.server.tls);
    assert_eq!(tls(&[]), Ok(None));
    assert_eq!(tls(&["--tls"]), Ok(Some(2500)));
    assert_eq!(tls(&["--tls-only", "--listen", "127.0.0.1:7"]), Ok(Some(1007)));
    assert_eq!(tls(&["--tls-certificates", "x", "--listen", "127.0.0.1:0"]), Ok(Some(0)));
    assert_eq!(tls(&["--tls", "--tls-port", "9"]), Ok(Some(9)));
    assert_eq!(tls(&["--tls-port", "9"]), Ok(None));
    assert!(tls(&["--tls", "--listen", "127.0.0.1:65000"]).is_err());
    let file = "[host]\ntls = false\ntls_only = true";
    let mut configuration = Configuration::default();
    file::parse(file, "x").expect("TOML").change(&mut configuration);
    assert!(configuration.tls_base().is_err());
}

#[test]
fn options_without_a_value_switch() {
    assert!(from_options(&["--dev"]).expect("right").dev);
    assert!(from_options(&["--no-udp", "--udp"]).expect("right").server.udp);
    assert!(!from_options(&["--udp", "--no-udp"]).expect("right").server.udp);
    assert!(from_options(&["--dev", "--state", "x"]).is_ok());
    assert!(from_options(&["--root-key", "x"]).is_err());
}
