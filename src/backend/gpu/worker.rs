//! Two threads of a training: one keeps the device busy, the caller's makes chunks and takes what came of them. What the
//! caller does with a chunk, tallies and files, then takes no time from the device.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;

use crate::error::{Error, Result};

use super::book::Numbered;
use super::outcomes::Arrived;

/// Chunks that wait to be taken by the device's thread.
const CHUNKS_WAITING: usize = 8;
/// Messages that wait for the caller; each may hold a window of results.
const MESSAGES_WAITING: usize = 2;

/// What the device's thread tells the caller's.
enum Message {
    /// A chunk was taken, so there is room for another.
    Taken,
    /// A chunk came back.
    Arrived(Box<Arrived>),
}

/// What the device's thread knows of the caller's.
pub(super) struct Caller<'a> {
    again: std::vec::IntoIter<Numbered>,
    chunks: Receiver<Numbered>,
    messages: SyncSender<Message>,
    gone: &'a AtomicBool,
}

impl Caller<'_> {
    /// Refuses to go on where the caller has failed and waits for nothing but the end.
    ///
    /// # Errors
    /// It has.
    pub(super) fn check(&self) -> Result<()> {
        if self.gone.load(Ordering::Relaxed) {
            return Err(Error::failure("nobody takes what was trained"));
        }
        Ok(())
    }

    /// The next chunk, if it is at hand; or, where the device has nothing to do, once it is. `None` where it is not, or none is
    /// left.
    pub(super) fn next_chunk(&mut self, is_idle: bool) -> Option<Numbered> {
        if let Some(chunk) = self.again.next() {
            return Some(chunk);
        }
        let chunk = match self.chunks.try_recv() {
            Ok(chunk) => Some(chunk),
            Err(TryRecvError::Empty) if is_idle => self.chunks.recv().ok(),
            Err(_) => None,
        };
        if chunk.is_some() {
            // Where the channel is full, the caller has other news to wake up by.
            let _ = self.messages.try_send(Message::Taken);
        }
        chunk
    }

    /// Hands over a chunk that came back.
    ///
    /// # Errors
    /// The caller has failed.
    pub(super) fn take(&self, arrived: Arrived) -> Result<()> {
        let sent = self.messages.send(Message::Arrived(Box::new(arrived)));
        sent.map_err(|_| Error::failure("nobody takes what was trained"))
    }
}

/// Runs `work` on a thread of its own, over chunks `again` and then `chunks`, and hands what comes back to `take` here. Gives
/// how the work ended, and the chunks that it never asked for.
///
/// # Errors
/// `take` failed, or there is no thread to be had.
pub(super) fn beside<T: Send>(
    again: Vec<Numbered>,
    chunks: &mut dyn Iterator<Item = Numbered>,
    work: impl FnOnce(&mut Caller<'_>) -> T + Send,
    take: &mut dyn FnMut(Arrived) -> Result<()>,
) -> Result<(T, Vec<Numbered>)> {
    let (sender, from_caller) = sync_channel(CHUNKS_WAITING);
    let (messages, from_device) = sync_channel(MESSAGES_WAITING);
    let gone = AtomicBool::new(false);
    let mut caller = Caller { again: again.into_iter(), chunks: from_caller, messages, gone: &gone };
    let mut supply = Supply { chunks, sender: Some(sender), pending: None };
    supply.fill();
    thread::scope(|scope| {
        // Where `take` panics, the thread must not train on for nobody.
        let end = EndOnDrop(&gone);
        let device = thread::Builder::new().name("basins device".into()).spawn_scoped(scope, move || {
            let ended = work(&mut caller);
            // The sender of messages ends here: nothing more comes. The chunks' channel outlives the caller's last word.
            (ended, caller.again, caller.chunks)
        });
        let device = device.map_err(|error| Error::failure(format!("a thread cannot be started: {error}")))?;
        let mut taken = Ok(());
        for message in &from_device {
            if let Message::Arrived(arrived) = message {
                taken = take(*arrived);
                if taken.is_err() {
                    break;
                }
            }
            supply.fill();
        }
        if taken.is_err() {
            drop(end);
        }
        drop(from_device);
        let pending = supply.end();
        let (ended, again, chunks) = match device.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        taken.map(|()| (ended, again.chain(chunks.try_iter()).chain(pending).collect()))
    })
}

/// Tells the device's thread that the caller has gone.
struct EndOnDrop<'a>(&'a AtomicBool);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The caller's chunks on their way to the device's thread.
struct Supply<'a> {
    chunks: &'a mut dyn Iterator<Item = Numbered>,
    sender: Option<SyncSender<Numbered>>,
    /// Made, but there was no room for it.
    pending: Option<Numbered>,
}

impl Supply<'_> {
    /// Sends as many as there is room for.
    fn fill(&mut self) {
        while let Some(sender) = &self.sender {
            let Some(chunk) = self.pending.take().or_else(|| self.chunks.next()) else {
                self.sender = None;
                return;
            };
            match sender.try_send(chunk) {
                Ok(()) => {}
                Err(TrySendError::Full(chunk)) => {
                    self.pending = Some(chunk);
                    return;
                }
                Err(TrySendError::Disconnected(chunk)) => {
                    self.pending = Some(chunk);
                    self.sender = None;
                }
            }
        }
    }

    /// Sends no more; gives the chunk that was made and never sent.
    fn end(&mut self) -> Option<Numbered> {
        self.sender = None;
        self.pending.take()
    }
}

#[cfg(test)]
mod tests {
    use super::super::bus::{Counts, Group};
    use super::*;
    use crate::backend::Chunk;

    /// The chunk of one network.
    fn chunk(number: u64) -> Numbered {
        (number, Chunk::drawn(number..number + 1))
    }

    fn arrived((number, _): &Numbered) -> Arrived {
        let mut counts = Counts::default();
        counts[0] = Group { count: 1, sum: [100 + *number as u32, 0] };
        Arrived::new(*number..*number + 1, counts, &[0; 16])
    }

    /// Takes all chunks and hands each back.
    fn echo(caller: &mut Caller<'_>, most: usize) -> Result<usize> {
        for count in 0..most {
            caller.check()?;
            let Some(chunk) = caller.next_chunk(true) else { return Ok(count) };
            caller.take(arrived(&chunk))?;
        }
        Ok(most)
    }

    #[test]
    fn all_chunks_go_there_and_come_back_in_order() {
        let (again, mut fresh) = ((0..3).map(chunk).collect(), (3..500).map(chunk));
        let mut epochs = Vec::new();
        let (ended, rest) = beside(again, &mut fresh, |caller| echo(caller, usize::MAX), &mut |arrived| {
            epochs.push(arrived.net_epochs());
            Ok(())
        })
        .unwrap();
        assert_eq!(ended.unwrap(), 500);
        assert!(rest.is_empty());
        assert_eq!(epochs, (100..600).collect::<Vec<u64>>());
    }

    #[test]
    fn chunks_that_were_not_taken_are_given_back_in_order() {
        for taken in [0, 2, 5, 40] {
            let (again, mut fresh) = ((0..3).map(chunk).collect(), (3..60).map(chunk));
            let (_, mut rest) = beside(again, &mut fresh, |caller| echo(caller, taken), &mut |_| Ok(())).unwrap();
            rest.extend(fresh);
            assert_eq!(rest, (taken as u64..60).map(chunk).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_caller_that_fails_ends_the_work() {
        let mut fresh = (0..).map(chunk);
        let mut left = 7;
        // Endless, but for the error.
        let ended = beside(Vec::new(), &mut fresh, |caller| echo(caller, usize::MAX), &mut |_| {
            left -= 1;
            if left == 0 { Err(Error::failure("the disk is full")) } else { Ok(()) }
        });
        assert!(ended.is_err_and(|error| error.to_string() == "the disk is full"));
        assert_eq!(left, 0);
    }
}
