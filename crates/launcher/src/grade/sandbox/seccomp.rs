//! The system calls that learners' code is refused, as a program for the system's filter (seccomp, classic BPF).

/// The numbers of one kind of processor; from Linux's `unistd_64.h`.
struct Calls {
    /// `AUDIT_ARCH_…`: calls in another convention end the process.
    arch: u32,
    /// Answered with `EPERM`.
    refused: &'static [u32],
    clone: u32,
}

#[cfg(target_arch = "x86_64")]
const CALLS: Option<Calls> = Some(Calls {
    arch: 0xC000_003E,
    refused: &[
        101, 155, 161, 165, 166, 167, 168, 169, 175, 176, 179, 246, 248, 249, 250, 272, 298, 303, 304, 308,
        310, 311, 313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442,
    ],
    clone: 56,
});

#[cfg(target_arch = "aarch64")]
const CALLS: Option<Calls> = Some(Calls {
    arch: 0xC000_00B7,
    refused: &[
        39, 40, 41, 51, 60, 97, 104, 105, 106, 117, 142, 217, 218, 219, 224, 225, 241, 264, 265, 268, 270,
        271, 273, 280, 282, 294, 425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442,
    ],
    clone: 220,
});

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const CALLS: Option<Calls> = None;

/// Its flags lie in memory, where a filter cannot look: "no such call" makes libc take `clone`.
const CLONE3: u32 = 435;

/// `CLONE_NEW…`: any new namespace.
const NEW_NAMESPACES: u32 = 0x7E02_0000;

/// Calls of x86's 32-bit pointers have this bit.
const X32: u32 = 0x4000_0000;

const LOAD: u16 = 0x20;
const IS_EQUAL: u16 = 0x15;
const IS_AT_LEAST: u16 = 0x35;
const HAS_BITS: u16 = 0x45;
const RETURN: u16 = 0x06;
const ALLOW: u32 = 0x7FFF_0000;
const KILL_PROCESS: u32 = 0x8000_0000;
const EPERM: u32 = 0x0005_0001;
const ENOSYS: u32 = 0x0005_0026;

/// The program's bytes: mounts, namespaces, tracing, keys, `bpf`, `io_uring`, modules and the like are refused.
///
/// `None` on a processor whose numbers are not here.
pub fn filter() -> Option<Vec<u8>> {
    let Calls { arch, refused, clone } = CALLS?;
    // Each step: operation, how many steps to skip if it holds and if not, operand.
    let mut steps =
        vec![(LOAD, 0, 0, 4), (IS_EQUAL, 1, 0, arch), (RETURN, 0, 0, KILL_PROCESS), (LOAD, 0, 0, 0)];
    steps.extend([(IS_AT_LEAST, 0, 1, X32), (RETURN, 0, 0, EPERM)]);
    for number in refused {
        steps.extend([(IS_EQUAL, 0, 1, *number), (RETURN, 0, 0, EPERM)]);
    }
    steps.extend([(IS_EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, ENOSYS)]);
    steps.extend([
        (IS_EQUAL, 0, 3, clone),
        (LOAD, 0, 0, 16),
        (HAS_BITS, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, EPERM),
    ]);
    steps.push((RETURN, 0, 0, ALLOW));
    let bytes = |(operation, yes, no, operand): (u16, u8, u8, u32)| {
        [&operation.to_ne_bytes()[..], &[yes, no], &operand.to_ne_bytes()].concat()
    };
    Some(steps.into_iter().flat_map(bytes).collect())
}
