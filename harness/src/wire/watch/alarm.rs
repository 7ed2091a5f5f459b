//! Whether a sleeping thread will wake by itself.
//!
//! In comes the text of `/proc/PID/task/TID/syscall`: the number of the call that the
//! thread sleeps in, and its arguments. A call that was given a time wakes by itself.
//! A time that was set on a socket (SO_RCVTIMEO) is no argument, and looked for elsewhere.

use libc::c_long;

/// Whether a thread that sleeps will wake although nobody does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alarm {
    /// It has not asked to be woken at a time.
    None,
    /// It has.
    Set,
    /// The kernel does not tell us.
    Unknown,
}

/// What the kernel's line says of one thread.
pub(super) fn of_line(line: &[u8]) -> Alarm {
    match call_of_line(line) {
        Some((call, arguments)) if time_of(call).is_given(&arguments) => Alarm::Set,
        Some(_) => Alarm::None,
        None => Alarm::Unknown,
    }
}

/// What a call was given.
pub(super) type Arguments = [u64; 6];

/// The call that a thread sleeps in; one that runs, or is in none, has no number here.
pub(super) fn call_of_line(line: &[u8]) -> Option<(c_long, Arguments)> {
    let mut words = std::str::from_utf8(line).ok()?.split_ascii_whitespace();
    let call = words.next()?.parse().ok()?;
    let mut arguments = Arguments::default();
    for argument in &mut arguments {
        let digits = words.next()?.strip_prefix("0x")?;
        *argument = u64::from_str_radix(digits, 16).ok()?;
    }
    Some((call, arguments))
}

/// Where a call keeps the time after which it returns.
enum Time {
    /// It takes none.
    None,
    /// It is nothing but a time.
    Always,
    /// In milliseconds in this argument; less than none is for ever.
    Millis(usize),
    /// Behind this argument, unless it points nowhere.
    Pointer(usize),
}

impl Time {
    fn is_given(&self, arguments: &Arguments) -> bool {
        match *self {
            Self::None => false,
            Self::Always => true,
            // A C `int`: the upper half of the register means nothing.
            Self::Millis(place) => (arguments[place] as u32).cast_signed() >= 0,
            Self::Pointer(place) => arguments[place] != 0,
        }
    }
}

fn time_of(call: c_long) -> Time {
    #[cfg(target_arch = "x86_64")]
    match call {
        libc::SYS_poll => return Time::Millis(2),
        libc::SYS_epoll_wait => return Time::Millis(3),
        libc::SYS_select => return Time::Pointer(4),
        _ => {}
    }
    match call {
        libc::SYS_nanosleep | libc::SYS_clock_nanosleep => Time::Always,
        // What it waits for stands in a structure of its own.
        libc::SYS_io_uring_enter => Time::Always,
        // The signal may be that of a timer.
        libc::SYS_rt_sigtimedwait => Time::Always,
        libc::SYS_epoll_pwait => Time::Millis(3),
        libc::SYS_ppoll => Time::Pointer(2),
        libc::SYS_futex | libc::SYS_semtimedop | libc::SYS_epoll_pwait2 => Time::Pointer(3),
        libc::SYS_pselect6 | libc::SYS_recvmmsg | libc::SYS_io_getevents => Time::Pointer(4),
        libc::SYS_mq_timedreceive | libc::SYS_mq_timedsend => Time::Pointer(4),
        _ => Time::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asleep_in(call: c_long, arguments: &str) -> Alarm {
        of_line(format!("{call} {arguments} 0x7ffc0 0x7f4b9\n").as_bytes())
    }

    #[test]
    fn a_sleep_is_an_alarm_and_a_wait_for_bytes_is_none() {
        let call = libc::SYS_clock_nanosleep;
        assert_eq!(asleep_in(call, "0x1 0x1 0x7ff 0x0 0x0 0x0"), Alarm::Set);
        let call = libc::SYS_recvfrom;
        assert_eq!(asleep_in(call, "0x4 0x7ff 0x400 0x0 0x0 0x0"), Alarm::None);
    }

    #[test]
    fn a_wait_for_events_has_an_alarm_if_it_was_given_a_time() {
        let call = libc::SYS_epoll_pwait;
        let forever = "0x4 0x7ff 0x40 0xffffffff 0x0 0x8";
        assert_eq!(asleep_in(call, forever), Alarm::None);
        assert_eq!(asleep_in(call, "0x4 0x7ff 0x40 0x1f4 0x0 0x8"), Alarm::Set);
        let call = libc::SYS_futex;
        assert_eq!(asleep_in(call, "0x7ff 0x89 0x0 0x0 0x0 0x0"), Alarm::None);
        assert_eq!(asleep_in(call, "0x7ff 0x89 0x0 0x7fe 0x0 0x0"), Alarm::Set);
    }

    #[test]
    fn a_line_that_names_no_call_is_unknown() {
        assert_eq!(of_line(b"running\n"), Alarm::Unknown);
        assert_eq!(of_line(b""), Alarm::Unknown);
    }
}
