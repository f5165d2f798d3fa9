//! What users do, as the audit log has it.

use super::record::{Event, Kind};

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident $code:literal;)*) => {
        /// What a user did, or what happened to the device. The codes are the device's. Source: a decoder of its log.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// Two characters.
            pub const fn code(self) -> [u8; 2] {
                match self {
                    $(Self::$name => *$code,)*
                }
            }

            /// What a code stands for.
            pub fn name(code: [u8; 2]) -> Option<&'static str> {
                match &code {
                    $($code => Some(concat!($($doc),*).trim_ascii_start().trim_end_matches('.')),)*
                    _ => None,
                }
            }

            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$name),*];
        }
    };
}

actions! {
    /// Login.
    Login b"02";
    /// Logout.
    Logout b"03";
    /// Single authorisation on.
    AuthorisedStateOn b"05";
    /// Single authorisation off.
    AuthorisedStateOff b"06";
    /// Self-test schedule changed.
    SelfTestSchedule b"16";
    /// Diagnostics run.
    Diagnostics b"17";
    /// Alarm settings changed.
    Alarms b"18";
    /// Clock set.
    ClockSet b"19";
    /// PIN block formats changed.
    PinBlockFormats b"22";
    /// Fraud detection set.
    FraudSet b"23";
    /// PIN verification re-enabled.
    FraudReset b"24";
    /// Enabled host commands changed.
    HostCommands b"25";
    /// Enabled console commands changed.
    ConsoleCommands b"26";
    /// Audit options changed.
    AuditGeneral b"27";
    /// Audited host commands changed.
    AuditHost b"28";
    /// Audited console commands changed.
    AuditConsole b"29";
    /// Health counts reported.
    HealthReported b"31";
    /// Health counts reset.
    HealthReset b"32";
    /// Host interface changed.
    HostGeneral b"36";
    /// Network settings changed.
    HostNetwork b"37";
    /// Access control list changed.
    AccessList b"39";
    /// Error log cleared.
    ErrorLogCleared b"40";
    /// Error log read.
    ErrorLogRead b"41";
    /// Audit log cleared.
    AuditLogCleared b"43";
    /// Audit log read.
    AuditLogRead b"44";
    /// LMK installed.
    LmkInstalled b"46";
    /// Old LMK installed in key change storage.
    OldLmkInstalled b"47";
    /// LMK deleted.
    LmkDeleted b"48";
    /// LMK in key change storage deleted.
    KeyChangeDeleted b"49";
    /// LMK components generated.
    LmkGenerated b"50";
    /// LMK card copied.
    LmkCopied b"51";
    /// LMK verified.
    LmkVerified b"52";
    /// Card of an authorising officer made.
    OfficerCard b"53";
    /// Printer settings changed.
    PrinterSet b"55";
    /// Test page printed.
    TestPage b"56";
    /// General security settings changed.
    GeneralSecurity b"57";
    /// Initial security settings changed.
    InitialSecurity b"58";
    /// SNMP switched on or off.
    SnmpState b"59";
    /// SNMP user added.
    SnmpUserAdded b"63";
    /// SNMP user deleted.
    SnmpUserDeleted b"64";
    /// Licence loaded.
    LicenceUpdated b"68";
    /// Statistics settings changed.
    UtilisationSet b"69";
    /// Statistics switched on or off.
    UtilisationState b"70";
    /// Statistics reset at the console.
    UtilisationReset b"71";
    /// Other settings changed.
    Miscellaneous b"72";
    /// New LMK installed in key change storage.
    NewLmkInstalled b"76";
    /// TLS certificate of the management port changed.
    ManagementCertificate b"77";
    /// TLS certificate of the host port changed.
    HostCertificate b"78";
    /// Settings retrieved from a card.
    SettingsRetrieved b"85";
    /// Settings saved to a card.
    SettingsSaved b"86";
    /// Reset to factory settings.
    FactoryReset b"87";
    /// Device stopped or restarted.
    Restart b"88";
    /// Activity cancelled.
    ActivityCancelled b"AC";
    /// Activity authorised.
    ActivityAuthorised b"AA";
    /// Activity timed out.
    ActivityTimedOut b"AT";
    /// Self test.
    SelfTest b"DE";
    /// User or connection not authenticated.
    NotAuthenticated b"KE";
    /// LMKs erased.
    LmksErased b"LE";
    /// Device goes offline.
    Offline b"OF";
    /// Device goes online.
    Online b"ON";
    /// Device goes into secure state.
    Secure b"SE";
    /// Power on.
    PowerOn b"PW";
    /// Statistics reset by a host.
    UtilisationResetByHost b"UT";
}

impl Action {
    /// That it was done.
    pub const fn done(self) -> Event {
        Event { kind: Kind::Action, code: self.code(), response: *b"00" }
    }

    /// That it failed.
    pub const fn failed(self) -> Event {
        Event { kind: Kind::Action, code: self.code(), response: *b"01" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_named() {
        for (at, action) in Action::ALL.iter().enumerate() {
            assert!(Action::name(action.code()).is_some_and(|name| !name.is_empty()));
            assert!(Action::ALL[..at].iter().all(|other| other.code() != action.code()));
        }
        assert_eq!(Action::name(*b"ON"), Some("Device goes online"));
        assert_eq!(Action::name(*b"??"), None);
    }
}
