//! Compresses the full segments of logs, in a thread of its own, which is there with `INSTR_COMPRESS=gzip` only.
//!
//! It runs nothing of the program's: it has all signals blocked, and memory of its own instead of the program's allocator. The
//! process does not wait for it when it exits. A forked child has no such thread, and leaves its segments as they are.

#![allow(unsafe_code)]

use core::ffi::{c_int, c_uint, c_void};
use core::ptr::{NonNull, null_mut};

use instr_format::names;
use libz_rs_sys::{
    Z_BUF_ERROR, Z_DEFAULT_STRATEGY, Z_DEFLATED, Z_FINISH, Z_NO_FLUSH, Z_OK, Z_STREAM_END, deflate, deflateInit2_,
    deflateReset, z_stream, zlibVersion,
};

use crate::process::{self, File, Process};
use crate::sys::{self, Errno, FileId};

/// In debug builds, what compresses takes a multiple of what it takes otherwise.
const STACK: usize = 256 << 10;
/// The fastest.
const LEVEL: c_int = 1;
/// The largest window, in a gzip wrapper.
const WINDOW_BITS: c_int = 15 + 16;
const MEMORY_LEVEL: c_int = 8;

/// How much is read at a time, and written.
const PIECE: usize = 64 << 10;

/// Starts the thread. For normal context, once.
pub(crate) fn start() {
    if let Err(errno) = sys::start_thread(run, c"instr-gzip", STACK) {
        sys::complain(format_args!("{} has no effect, as there can be no thread for it: {errno}", names::COMPRESS));
    }
}

extern "C" fn run(name: *mut c_void) -> *mut c_void {
    sys::take_name(name);
    let Some(mut compressor) = Compressor::new() else { return null_mut() };
    let mut failed = 0;
    // Where all other threads have ended, the process is to end too, as it would without this one.
    while let Some(process) = process::begun().filter(|_| !sys::is_left_alone()) {
        while let Some((number, log)) = process.next_to_compress(failed) {
            let (written, room) = compressor.compress(process, &log);
            if !process.compressed(number, &log, written) {
                failed = number;
            }
            process.shrink_file(room);
        }
    }
    null_mut()
}

/// What takes the pieces of one log after the other.
struct Compressor {
    stream: z_stream,
    input: &'static mut [u8],
    output: &'static mut [u8],
}

impl Compressor {
    fn new() -> Option<Self> {
        let [input, output] = [(); 2].map(|()| sys::map_private(PIECE).ok());
        let (input, output) = input.zip(output)?;
        let mut stream = z_stream { zalloc: Some(allocate), zfree: Some(free), ..z_stream::default() };
        let size = size_of::<z_stream>() as c_int;
        // SAFETY: the allocator does what it is to do; the pieces are mapped for this alone.
        unsafe {
            let (strategy, version) = (Z_DEFAULT_STRATEGY, zlibVersion());
            let begun =
                deflateInit2_(&mut stream, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL, strategy, version, size);
            let piece = |start: NonNull<u8>| core::slice::from_raw_parts_mut(start.as_ptr(), PIECE);
            (begun == Z_OK).then(|| Compressor { stream, input: piece(input), output: piece(output) })
        }
    }

    /// Compresses a log. Returns how long it is then, if it could be written whole, and for how much there is room taken.
    fn compress(&mut self, process: &Process, log: &File) -> (Result<u64, Errno>, u64) {
        let mut room = 0;
        let written = process.open_to_read(&log.name()).map(Opened::new).and_then(|from| {
            let to = process.create_part().map(Opened::new)?;
            self.copy(&from, &to, |bytes| {
                room += bytes;
                process.grow_file(bytes);
            })
        });
        (written, room)
    }

    fn copy(&mut self, from: &Opened, to: &Opened, mut grow: impl FnMut(u64)) -> Result<u64, Errno> {
        // SAFETY: begun by `new`.
        unsafe { deflateReset(&mut self.stream) };
        let (mut written, mut result) = (0, Z_OK);
        while result != Z_STREAM_END {
            let len = from.read(self.input)?;
            let flush = if len == 0 { Z_FINISH } else { Z_NO_FLUSH };
            (self.stream.next_in, self.stream.avail_in) = (self.input.as_ptr(), len as c_uint);
            loop {
                (self.stream.next_out, self.stream.avail_out) = (self.output.as_mut_ptr(), PIECE as c_uint);
                // SAFETY: begun by `new`; both pieces are as large as it is told.
                result = unsafe { deflate(&mut self.stream, flush) };
                let full = PIECE - self.stream.avail_out as usize;
                grow(full as u64);
                to.write(self.output.get(..full).unwrap_or_default(), written)?;
                written += full as u64;
                match result {
                    // It has more to say.
                    Z_OK if self.stream.avail_out == 0 => {}
                    Z_OK | Z_BUF_ERROR | Z_STREAM_END => break,
                    _ => return Err(Errno::NONE),
                }
            }
        }
        Ok(written)
    }
}

/// An open file. A program that closes what it has not opened may have put a file of its own on the descriptor's number: that is
/// neither read nor written nor closed.
struct Opened {
    file: i32,
    id: FileId,
}

impl Opened {
    fn new(file: i32) -> Self {
        Opened { file, id: FileId::of(file) }
    }

    fn check(&self) -> Result<(), Errno> {
        if self.id.is(self.file) { Ok(()) } else { Err(Errno::BAD_DESCRIPTOR) }
    }

    fn read(&self, buffer: &mut [u8]) -> Result<usize, Errno> {
        self.check()?;
        sys::read(self.file, buffer)
    }

    fn write(&self, bytes: &[u8], at: u64) -> Result<(), Errno> {
        self.check()?;
        let written = sys::write_at(self.file, NonNull::from(bytes), at)?;
        if written == bytes.len() { Ok(()) } else { Err(Errno::NO_SPACE) }
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if self.check().is_ok() {
            sys::close(self.file);
        }
    }
}

/// Memory from the kernel. All of it is asked for once.
unsafe extern "C" fn allocate(_: *mut c_void, items: c_uint, size: c_uint) -> *mut c_void {
    sys::map_private(items as usize * size as usize).map_or(null_mut(), |start| start.as_ptr().cast())
}

/// It is never given back.
unsafe extern "C" fn free(_: *mut c_void, _: *mut c_void) {}
