//! Console commands: a file and a row each.

use crate::Command;

macro_rules! registry {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// Every console command, in the order of the manual.
        pub static COMMANDS: &[Command] = &[$($module::COMMAND),*];
    };
}

registry! {
    left right
    fc np vc co rc eject
    vt v vr licence getcmds qs qh qp dt gettime settime
    a c va
    gk lk lo ln dm r#do dc
    gc gs ec fk kg ik ke ck
    f z d de gz k bk iv
    cv pv ed td n dollar t
    cs configcmds configpb a5 a7 ss rs reset
    auditlog auditprint auditoptions clearaudit errlog clearerr syslog
    ch configacl netstat cm qm cl ql cp route ping tracert
    sg si sv se sd
    tamper reboot release
    utilcfg utilenable utilstats healthenable healthstats
    snmp snmpadd snmpdel trap trapadd trapdel
    ca qa cc qc
}
