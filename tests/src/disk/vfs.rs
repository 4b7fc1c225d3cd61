//! The disk as SQLite sees it: a VFS whose calls end in [`Disk`].
//!
//! Invariant: nothing of SQLite's is replaced but the file system. Shared memory lives in the heap, as under `unix-excl`;
//! locks always succeed, because each test has one connection.
#![allow(unsafe_code, reason = "SQLite's VFS is a table of C functions; the crash tests are why this exists")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "sizes and offsets cross the C interface, which has its own integer types; files here stay small"
)]

use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    ptr, slice,
    sync::{
        Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

use super::{Disk, Fault, Shared};

/// An open file.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// Owned; made in `open`, dropped in `close`.
    inner: *mut Inner,
}

struct Inner {
    disk: Disk,
    name: String,
    delete_on_close: bool,
    shared: Vec<Box<[u8]>>,
}

/// A VFS that SQLite finds by its name, until this is dropped.
pub(super) struct Known(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite guards its list of VFSs, and nothing else is done with the pointer.
unsafe impl Send for Known {}

impl Drop for Known {
    fn drop(&mut self) {
        // SAFETY: registered below, and never freed.
        unsafe { ffi::sqlite3_vfs_unregister(self.0) };
    }
}

/// A VFS keeps no disk: thousands of worlds in one process would all stay in memory.
pub(super) fn register(disk: Weak<Shared>) -> (String, Known) {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let name = format!("crashing-{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    // Leaked on purpose, a few hundred bytes: a connection keeps the pointers for as long as it likes.
    let c_name = CString::new(name.clone()).unwrap_or_default().into_raw();
    let disk = Box::into_raw(Box::new(disk));
    let vfs = Box::into_raw(Box::new(ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size_of::<File>() as c_int,
        mxPathname: 512,
        pNext: ptr::null_mut(),
        zName: c_name,
        pAppData: disk.cast(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(randomness),
        xSleep: Some(sleep),
        xCurrentTime: Some(current_time),
        xGetLastError: Some(last_error),
        xCurrentTimeInt64: Some(current_time_int64),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    }));
    // SAFETY: `vfs` and all it points to live for ever.
    unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
    (name, Known(vfs))
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The disk behind a VFS, while anybody has it.
///
/// SAFETY: SQLite passes the VFS that `register` made.
unsafe fn disk_of(vfs: *mut ffi::sqlite3_vfs) -> Option<Disk> {
    let shared = unsafe { &*(*vfs).pAppData.cast::<Weak<Shared>>() };
    shared.upgrade().map(|shared| Disk { shared })
}

/// SAFETY: SQLite passes a file that `open` filled in, and uses it from one thread at a time.
unsafe fn inner_of<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Inner {
    unsafe { &mut *(*file.cast::<File>()).inner }
}

/// SAFETY: SQLite passes names as C strings.
unsafe fn name_of(name: *const c_char) -> String {
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

fn code(result: Result<(), Fault>, device: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(Fault::Full) => ffi::SQLITE_FULL,
        Err(Fault::Device) => device,
    }
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    unsafe {
        (*file).pMethods = ptr::null();
        let Some(disk) = disk_of(vfs) else { return ffi::SQLITE_CANTOPEN };
        let name = if name.is_null() { "temporary".to_owned() } else { name_of(name) };
        {
            let mut state = disk.lock();
            if !state.files.contains_key(&name) && flags & ffi::SQLITE_OPEN_CREATE == 0 {
                return ffi::SQLITE_CANTOPEN;
            }
            state.create(&name);
        }
        let delete_on_close = flags & ffi::SQLITE_OPEN_DELETEONCLOSE != 0;
        let inner = Box::new(Inner { disk, name, delete_on_close, shared: Vec::new() });
        (*file.cast::<File>()).inner = Box::into_raw(inner);
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: made by `Box::into_raw` in `open`; SQLite closes a file once.
    let inner = unsafe { Box::from_raw((*file.cast::<File>()).inner) };
    if inner.delete_on_close {
        inner.disk.lock().delete(&inner.name, false);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    to: *mut c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let inner = unsafe { inner_of(file) };
    // SAFETY: SQLite passes a buffer of `amount` bytes.
    let to = unsafe { slice::from_raw_parts_mut(to.cast::<u8>(), amount as usize) };
    let state = inner.disk.lock();
    let Some(bytes) = state.files.get(&inner.name) else { return ffi::SQLITE_IOERR_READ };
    let start = (offset as usize).min(bytes.len());
    let end = (start + to.len()).min(bytes.len());
    let (found, rest) = to.split_at_mut(end - start);
    found.copy_from_slice(&bytes[start..end]);
    rest.fill(0);
    if rest.is_empty() { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: i64,
) -> c_int {
    let inner = unsafe { inner_of(file) };
    // SAFETY: SQLite passes a buffer of `amount` bytes.
    let from = unsafe { slice::from_raw_parts(from.cast::<u8>(), amount as usize) };
    code(inner.disk.lock().write(&inner.name, offset as usize, from), ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let inner = unsafe { inner_of(file) };
    code(inner.disk.lock().truncate(&inner.name, size as usize), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    let inner = unsafe { inner_of(file) };
    code(inner.disk.lock().sync(&inner.name), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    let inner = unsafe { inner_of(file) };
    let length = inner.disk.lock().files.get(&inner.name).map_or(0, Vec::len);
    unsafe { *size = length as i64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(_file: *mut ffi::sqlite3_file, _level: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(_file: *mut ffi::sqlite3_file, held: *mut c_int) -> c_int {
    unsafe { *held = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(
    _file: *mut ffi::sqlite3_file,
    _operation: c_int,
    _arg: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    512
}

/// None: no write is atomic, none is safe beside another, as on the worst of disks.
unsafe extern "C" fn device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    0
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    size: c_int,
    _extend: c_int,
    to: *mut *mut c_void,
) -> c_int {
    let inner = unsafe { inner_of(file) };
    while inner.shared.len() <= region as usize {
        inner.shared.push(vec![0; size as usize].into_boxed_slice());
    }
    // Boxes do not move when the list grows, so SQLite may keep the pointer until `shm_unmap`.
    unsafe { *to = inner.shared[region as usize].as_mut_ptr().cast() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    _file: *mut ffi::sqlite3_file,
    _offset: c_int,
    _n: c_int,
    _flags: c_int,
) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_barrier(_file: *mut ffi::sqlite3_file) {}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _delete: c_int) -> c_int {
    unsafe { inner_of(file) }.shared.clear();
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(vfs: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let (disk, name) = unsafe { (disk_of(vfs), name_of(name)) };
    let was_there = disk.is_some_and(|disk| disk.lock().delete(&name, sync_folder != 0));
    if was_there { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_DELETE_NOENT }
}

unsafe extern "C" fn access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    result: *mut c_int,
) -> c_int {
    let (disk, name) = unsafe { (disk_of(vfs), name_of(name)) };
    let exists = disk.is_some_and(|disk| disk.lock().files.get(&name).is_some_and(|file| !file.is_empty()));
    unsafe { *result = c_int::from(exists) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    to: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a C string and a buffer of `size` bytes.
    unsafe {
        let name = CStr::from_ptr(name).to_bytes_with_nul();
        if name.len() > size as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name.as_ptr().cast(), to, name.len());
    }
    ffi::SQLITE_OK
}

/// Always the same bytes: a run can be played again.
unsafe extern "C" fn randomness(_vfs: *mut ffi::sqlite3_vfs, size: c_int, to: *mut c_char) -> c_int {
    // SAFETY: SQLite passes a buffer of `size` bytes.
    unsafe { slice::from_raw_parts_mut(to.cast::<u8>(), size as usize) }.fill(0x5a);
    size
}

unsafe extern "C" fn sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn current_time(_vfs: *mut ffi::sqlite3_vfs, days: *mut f64) -> c_int {
    unsafe { *days = 2_460_000.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn current_time_int64(_vfs: *mut ffi::sqlite3_vfs, ms: *mut i64) -> c_int {
    unsafe { *ms = 212_544_043_200_000 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_vfs: *mut ffi::sqlite3_vfs, _size: c_int, _to: *mut c_char) -> c_int {
    0
}
