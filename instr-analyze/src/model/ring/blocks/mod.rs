//! The reader of version 1: blocks.
//!
//! A survey notes which block begins where; then the blocks are copied, oldest first, twice each. A copy counts only if
//! the block's number was the same in the survey and in both copies, and of its records only those that are the same in
//! both: the thread can take a block from under the reader at any instant, and the ring can be given to another thread.
//! What has been taken is overwritten, not damaged.

mod copy;
mod order;

use std::collections::VecDeque;
use std::io::{self, Read, Seek};

use instr_format::ring::blocks::{BLOCK_SIZE, HEADER_SIZE, SIZE_MAX, capacity, decode_block, decode_records};

use super::file::{PIECE, RingFile};
use super::reader::Pending;
use crate::model::damage::{Damage, DamageKind};
use copy::{look, settle};
use order::{Block, order};

/// How many blocks are copied at once, as long as the thread leaves them alone.
const AT_ONCE: usize = PIECE / BLOCK_SIZE;
/// How many are copied at once when the thread overtakes the reader: all of a ring of the default size.
const IN_A_HURRY: usize = 1024;
/// How many bytes of a segment are put in order at once; of a ring, all are.
const STRETCH: u64 = 64 << 20;
const BLOCK: u64 = BLOCK_SIZE as u64;

/// How far the reading of a ring or a segment has come.
pub(super) struct Blocks {
    /// What the newest number was when the blocks were surveyed.
    surveyed_after: u64,
    /// Where the next survey begins; in a ring it is the only one.
    next: u64,
    /// The newest block of a ring that was read, and its place.
    newest: Option<(u64, Box<[u8; BLOCK_SIZE]>)>,
    /// Where a last block begins that is cut.
    cut: Option<(u64, u64)>,
    at_end: bool,
    /// Blocks that have been surveyed and not copied.
    blocks: VecDeque<Block>,
    at_once: usize,
    looked: bool,
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks {
            surveyed_after: 0,
            next: HEADER_SIZE as u64,
            newest: None,
            cut: None,
            at_end: false,
            blocks: VecDeque::new(),
            at_once: AT_ONCE,
            looked: false,
        }
    }
}

impl Blocks {
    /// When the first block was begun of which records can be given; a survey, if there was none.
    pub(super) fn first_elapsed_ns<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        pending: &mut Pending,
    ) -> io::Result<Option<u64>> {
        if self.blocks.is_empty() && !self.looked {
            self.survey(file, pending)?;
        }
        Ok(self.blocks.iter().map(|block| block.elapsed_ns).min())
    }

    /// Records up to this number are not wanted: that they come is no contradiction.
    pub(super) fn skip_to(&mut self, after: u64) {
        self.surveyed_after = self.surveyed_after.max(after);
    }

    /// Number of the newest block's first record; 0 if there is none.
    pub(super) fn newest_first(&self) -> u64 {
        self.blocks.back().map_or(0, |block| block.first)
    }

    /// The cut block that a segment ends with.
    pub(super) fn cut(&self) -> Option<(u64, u64)> {
        self.cut
    }

    /// Surveys or copies on; false at the end, for now.
    pub(super) fn advance<R: Read + Seek>(
        &mut self,
        file: &mut RingFile<R>,
        pending: &mut Pending,
    ) -> io::Result<bool> {
        if !self.blocks.is_empty() {
            self.copy(file, pending)?;
            return Ok(true);
        }
        if pending.is_over {
            return Ok(false);
        }
        if self.at_end {
            self.at_end = false;
            if !file.is_segment() {
                self.next = HEADER_SIZE as u64;
            }
            return Ok(false);
        }
        if self.is_unchanged(file)? {
            return Ok(false);
        }
        self.survey(file, pending)?;
        Ok(true)
    }

    /// Whether the newest block is what it was at the last look, and has room still: nothing can have come then.
    fn is_unchanged<R: Read + Seek>(&mut self, file: &mut RingFile<R>) -> io::Result<bool> {
        let Some((at, newest)) = &self.newest else { return Ok(false) };
        let mut now = [0; BLOCK_SIZE];
        let len = file.read_at(*at, &mut now)?;
        let last = now.rchunks_exact(file.header.clock.record_size()).next().unwrap_or_default();
        let has_room = last.iter().all(|byte| *byte == 0);
        Ok(len == BLOCK_SIZE && has_room && now == **newest)
    }

    /// Notes the blocks of the next stretch, in order.
    fn survey<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<()> {
        let start = self.next;
        let end = if file.is_segment() { start.saturating_add(STRETCH) } else { start + self.size(file, pending) };
        let (found, at) = look(file, start, end)?;
        let cut = at / BLOCK * BLOCK;
        self.cut = (cut < at && file.is_segment()).then_some((cut, at));
        self.at_end = at < end || !file.is_segment();
        // A block that is cut may be whole at the next look.
        self.next = cut;
        let capacity = capacity(file.header.clock);
        let (mut blocks, mut damage) = order(&file.name, &found, capacity);
        blocks.retain(|block| block.first.saturating_add(capacity) > pending.newest);
        self.surveyed_after = pending.newest;
        self.blocks = blocks.into();
        // The next look at a ring finds the same again.
        if !self.looked || file.is_segment() {
            if !damage.is_empty() && !file.is_segment() {
                // What the thread has written between two blocks' turns is not there at a second look.
                let (found, _) = look(file, start, end)?;
                let (_, still) = order(&file.name, &found, capacity);
                damage.retain(|one| still.contains(one));
            }
            if at < end && !file.is_segment() {
                let torn = Damage::of_file(DamageKind::Torn, &file.name, "the file ends before its ring does");
                pending.damage.push_back(Damage { start: Some(at), end: Some(end), ..torn });
            }
            pending.damage.extend(damage);
        }
        self.looked = true;
        Ok(())
    }

    /// How many bytes of blocks the ring has.
    fn size<R>(&self, file: &mut RingFile<R>, pending: &mut Pending) -> u64 {
        let size = file.header.size;
        if size > 0 && size <= SIZE_MAX && size.is_multiple_of(BLOCK) {
            return size;
        }
        if !self.looked {
            let message = format!("the header says {size} bytes; all blocks after it are read");
            pending.damage.push_back(Damage::of_file(DamageKind::Damaged, &file.name, message));
        }
        SIZE_MAX
    }

    /// Copies blocks that lie behind one another, and reads their records.
    fn copy<R: Read + Seek>(&mut self, file: &mut RingFile<R>, pending: &mut Pending) -> io::Result<()> {
        let Some(start) = self.blocks.front().map(|block| block.at) else { return Ok(()) };
        let places = (start..).step_by(BLOCK_SIZE).take(self.at_once);
        let count = self.blocks.iter().zip(places).take_while(|(block, at)| block.at == *at).count();
        let (mut copy, mut check) = (vec![0; count * BLOCK_SIZE], vec![0; count * BLOCK_SIZE]);
        pending.clear();
        let len = file.read_at(start, &mut copy)?;
        file.read_at(start, &mut check)?;
        if !file.is_still()? {
            pending.is_over = true;
            self.blocks.clear();
            return Ok(());
        }
        // Of a record that is cut, nothing counts.
        let whole = len - len % file.header.clock.record_size();
        copy.get_mut(whole..).unwrap_or_default().fill(0);
        let copies = copy.chunks_exact_mut(BLOCK_SIZE).zip(check.chunks_exact(BLOCK_SIZE));
        let mut newest = None;
        for (block, (copy, check)) in self.blocks.drain(..count).zip(copies) {
            let is_it = |bytes: &[u8]| decode_block(bytes).is_some_and(|head| head.first == block.first);
            if !is_it(copy) || !is_it(check) {
                self.at_once = IN_A_HURRY;
                continue;
            }
            if copy != check {
                settle(copy, check, file.header.clock);
            }
            let mut contradicts = false;
            for record in decode_records(copy, file.header.clock) {
                if record.seq > pending.newest {
                    pending.newest = record.seq;
                    pending.records.push(record);
                } else {
                    contradicts |= record.seq > self.surveyed_after;
                }
            }
            if contradicts {
                pending.damage.push_back(block.contradicts(&file.name));
            }
            newest = Some((block.at, copy));
        }
        if self.blocks.is_empty() && !file.is_segment() {
            self.newest = newest.and_then(|(at, copy)| Some((at, Box::new(*copy.first_chunk()?))));
        }
        Ok(())
    }
}
