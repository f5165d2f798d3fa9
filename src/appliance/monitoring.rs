//! What the device watches, and what it would tell others of itself.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::TamperCause;

/// How easily motion sets the alarm off.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MotionAlarm {
    /// Never.
    #[default]
    Off,
    /// By strong motion.
    Low,
    /// By motion.
    Medium,
    /// By slight motion.
    High,
}

/// Alarms, statistics and remote monitoring.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Monitoring {
    /// The alarm for motion. That for temperature cannot be switched off.
    pub motion: MotionAlarm,
    /// What set an alarm off and has not ended: as long as it lasts, a start clears no tamper.
    pub stimulus: Option<TamperCause>,
    /// Whether load and commands are counted (default inferred).
    pub utilisation: bool,
    /// Seconds over which the present load is measured, 1 to 60.
    pub period: u16,
    /// Whether starts and tampers are counted (default inferred).
    pub health: bool,
    /// Remote monitoring. It is kept and shown; nothing is sent or answered.
    pub snmp: Snmp,
    /// Serial port of the console, of which there is none: it is kept and shown.
    pub console_port: SerialPort,
    /// Auxiliary port, of which there is none: it is kept and shown.
    pub auxiliary_port: AuxiliaryPort,
}

impl Default for Monitoring {
    fn default() -> Self {
        Self {
            motion: MotionAlarm::Off,
            stimulus: None,
            utilisation: true,
            period: 10,
            health: true,
            snmp: Snmp::default(),
            console_port: SerialPort::default(),
            auxiliary_port: AuxiliaryPort::default(),
        }
    }
}

impl Monitoring {
    /// Whether this sets an alarm off.
    pub fn notices(&self, cause: TamperCause) -> bool {
        cause != TamperCause::Motion || self.motion != MotionAlarm::Off
    }
}

/// Settings for SNMP version 3.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Snmp {
    /// Whether it shall be answered.
    pub enabled: bool,
    /// Names of users. Their passwords are of no use here, and not kept.
    pub users: Vec<String>,
    /// Whether traps shall be sent.
    pub traps_enabled: bool,
    /// Where to.
    pub traps: Vec<SocketAddr>,
}

/// Settings of a serial port.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct SerialPort {
    /// Bits per second.
    pub speed: u32,
    /// Data bits, 7 or 8.
    pub data_bits: u8,
    /// Stop bits, 1 or 2.
    pub stop_bits: u8,
    /// `N` none, `E` even, `O` odd.
    pub parity: char,
}

/// Source: an instruction for a real device.
impl Default for SerialPort {
    fn default() -> Self {
        Self { speed: 9600, data_bits: 8, stop_bits: 1, parity: 'N' }
    }
}

/// Settings of the auxiliary port; all inferred.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct AuxiliaryPort {
    /// Its address; none is by DHCP.
    pub address: Option<Ipv4Addr>,
    /// Subnet mask.
    pub mask: Ipv4Addr,
    /// Gateway.
    pub gateway: Option<Ipv4Addr>,
}

impl Default for AuxiliaryPort {
    fn default() -> Self {
        Self { address: None, mask: Ipv4Addr::new(255, 255, 255, 0), gateway: None }
    }
}

#[cfg(test)]
mod tests {
    use vault::LmkId;

    use super::*;
    use crate::{Activity, Appliance, Grant, Mode, Randomness, State, Until};

    fn appliance() -> Appliance {
        Appliance::new(State::development(), Randomness::from_seed(1))
    }

    #[test]
    fn an_alarm_erases_lmks_and_a_restart_clears_it() {
        let appliance = appliance();
        let (starts, tampers) = (appliance.state().health.restarts, 0);
        assert_eq!(appliance.state().health.tampers, tampers);
        assert!(appliance.happens(TamperCause::EraseButton, false));
        let state = appliance.state();
        assert_eq!((state.lmks.count(), state.mode()), (0, Mode::Offline));
        assert_eq!(state.tamper.map(|tamper| tamper.cause), Some(TamperCause::EraseButton));
        assert!(!appliance.is_online());
        appliance.restart().expect("nothing is kept");
        let state = appliance.state();
        assert!(state.tamper.is_none() && appliance.is_online());
        assert_eq!(state.lmks.count(), 0);
        assert_eq!((state.health.restarts, state.health.tampers), (starts + 1, tampers + 1));
    }

    #[test]
    fn what_lasts_keeps_the_tamper() {
        let appliance = appliance();
        assert!(appliance.happens(TamperCause::Temperature, true));
        appliance.restart().expect("nothing is kept");
        assert!(appliance.state().tamper.is_some());
        assert!(appliance.ends().expect("nothing is kept"));
        assert!(!appliance.ends().expect("nothing is kept"));
        assert!(appliance.state().tamper.is_some());
        appliance.restart().expect("nothing is kept");
        assert!(appliance.state().tamper.is_none());
    }

    #[test]
    fn motion_is_noticed_where_its_alarm_is_on() {
        let appliance = appliance();
        assert!(!appliance.happens(TamperCause::Motion, false));
        assert_eq!(appliance.state().lmks.count(), 3);
        appliance
            .change(|state| state.monitoring.motion = MotionAlarm::Low)
            .expect("nothing is kept");
        assert!(appliance.happens(TamperCause::Motion, false));
        assert_eq!(appliance.state().lmks.count(), 0);
    }

    #[test]
    fn what_is_suspended_is_not_counted() {
        let appliance = appliance();
        let suspend = |state: &mut State| {
            (state.monitoring.health, state.monitoring.utilisation) = (false, false);
        };
        appliance.change(suspend).expect("nothing is kept");
        let before = appliance.state().health;
        appliance.tamper(TamperCause::Case);
        appliance.restart().expect("nothing is kept");
        assert_eq!(appliance.state().health, before);
        appliance.statistics().look(None);
        assert_eq!(appliance.statistics().bands().iter().sum::<u64>(), 0);
    }

    #[test]
    fn a_restart_ends_what_is_not_persistent() {
        let appliance = appliance();
        let lmk = Some(LmkId(0));
        let kept = Grant { lmk, activity: Activity::ANY, until: Until::Persistent };
        let lost = Grant { lmk: Some(LmkId(1)), until: Until::minutes(5), ..kept.clone() };
        appliance
            .change(|state| {
                state.authorised.cancel_all();
                state.authorised.grant(kept.clone());
                state.authorised.grant(lost);
            })
            .expect("nothing is kept");
        appliance.restart().expect("nothing is kept");
        let state = appliance.state();
        assert_eq!(state.authorised.grants(LmkId(0)).next(), Some(&kept));
        assert_eq!(state.authorised.grants(LmkId(1)).count(), 0);
    }
}
