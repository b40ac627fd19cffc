//! Memory that a training frees in one step and needs again in the next.

/// Has the process keep freed memory, up to a gigabyte, instead of handing it back to the system: a batch's feature maps
/// are tens of megabytes, and having them given and emptied anew in each step takes longer than some of the layers.
///
/// It holds for the main thread, in which cells run. Calling it again changes nothing. Elsewhere than on Linux with glibc, it does nothing.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "std has no call for it")]
pub fn keep_freed() {
    /// How much may be kept at the end of the heap.
    const MAX_KEPT: libc::c_int = 1 << 30;
    // SAFETY: mallopt takes two numbers and only sets how glibc manages what it frees from now on.
    unsafe {
        // Nothing is allocated page by page, which is given back when it is freed.
        libc::mallopt(libc::M_MMAP_MAX, 0);
        libc::mallopt(libc::M_TRIM_THRESHOLD, MAX_KEPT);
    }
}

/// Asks for pages of 2 MB for memory that is going to be filled: hundreds of megabytes in pages of 4 kB take longer to
/// be given than to be written.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "std has no call for it")]
pub fn in_large_pages(start: *const u8, bytes: usize) {
    const PAGE: usize = 1 << 21;
    let first = (start as usize).next_multiple_of(PAGE);
    let last = (start as usize + bytes) / PAGE * PAGE;
    if first < last {
        // SAFETY: the advice changes no content; a system that does not know it refuses it.
        unsafe { libc::madvise(first as *mut libc::c_void, last - first, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
pub fn in_large_pages(_start: *const u8, _bytes: usize) {}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn keep_freed() {}
