//! Blocks give back what they took; the writer never waits for a reader's shard.

use super::*;
use crate::store::FaultStorage;
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn blocks_give_back_what_they_took_across_a_shard_border() {
    let blocks = Blocks::new(Arc::new(FaultStorage::default()));
    let leaf = |i: u64| Leaf {
        entry: format!("entry {i}").into_bytes(),
        record: match i % 3 {
            0 => None,
            1 => Some(format!("record {i}").into_bytes()),
            _ => Some(vec![i as u8; LARGE_RECORD + 1]),
        },
    };
    let first = SHARD_LEAVES / BLOCK_LEAVES - 1;
    let leaves: Vec<Leaf> = (first * BLOCK_LEAVES..(first + 2) * BLOCK_LEAVES)
        .map(leaf)
        .collect();
    blocks.write(first, &leaves).unwrap();
    for number in [first, first + 1] {
        let first = number * BLOCK_LEAVES;
        let bytes = blocks.entries(number).unwrap();
        let (entries, held) = split_entries("test", &bytes, 0..BLOCK_LEAVES).unwrap();
        assert_eq!(held, BLOCK_LEAVES);
        assert_eq!(
            split_entries("test", &bytes, 5..7).unwrap(),
            (entries[5..7].to_vec(), BLOCK_LEAVES)
        );
        assert!(split_entries("test", &bytes[..bytes.len() - 1], 0..1).is_err());
        let records = blocks.records(first..first + BLOCK_LEAVES).unwrap();
        for (index, record) in (first..).zip(&records) {
            let alone = blocks.records(index..index + 1).unwrap();
            assert_eq!(alone, std::slice::from_ref(record));
        }
        for (offset, (entry, record)) in entries.into_iter().zip(records).enumerate() {
            assert_eq!(
                Leaf { entry, record },
                leaf(number * BLOCK_LEAVES + offset as u64)
            );
        }
    }
    // A large record that is lost is missed by who asks for it, and by nobody else.
    let large = first * BLOCK_LEAVES + 2 - (first * BLOCK_LEAVES) % 3;
    let shard = blocks.shard(large / SHARD_LEAVES, false).unwrap();
    let mut batch = WriteBatch::default();
    batch.delete(alone_key(large));
    shard.apply(batch).unwrap();
    assert!(blocks.records(large..large + 1).is_err());
    assert!(blocks.records(large - 1..large).is_ok());
    assert!(blocks.records(large + 1..large + 2).is_ok());
    assert!(matches!(
        blocks.entries(first + 2),
        Err(LogError::Damaged { .. })
    ));
}

#[test]
fn records_that_are_lost_are_missed_and_those_that_never_were_are_not() {
    let blocks = Blocks::new(Arc::new(FaultStorage::default()));
    let leaf = |record: Option<&[u8]>| Leaf {
        entry: b"entry".to_vec(),
        record: record.map(<[u8]>::to_vec),
    };
    let mut leaves = vec![leaf(None); 2 * BLOCK_LEAVES as usize];
    leaves[BLOCK_LEAVES as usize + 9] = leaf(Some(b"{}"));
    blocks.write(0, &leaves).unwrap();
    let shard = blocks.shard(0, false).unwrap();
    assert_eq!(shard.get(&records_key(0)).unwrap(), None);
    assert_eq!(blocks.records(3..5).unwrap(), [None, None]);
    assert_eq!(
        blocks.records(72..74).unwrap(),
        [None, Some(b"{}".to_vec())]
    );
    let mut batch = WriteBatch::default();
    batch.delete(records_key(1));
    shard.apply(batch).unwrap();
    assert!(matches!(
        blocks.records(72..74),
        Err(LogError::Damaged { .. })
    ));
}

/// Opens one shard only when told to.
struct Slow {
    storage: FaultStorage,
    asked: mpsc::Sender<()>,
    go: Mutex<mpsc::Receiver<()>>,
}

impl Storage for Slow {
    fn open(&self, name: &str) -> Result<Arc<dyn KeyValue>, StoreError> {
        if name == "shards/0" {
            self.asked.send(()).unwrap();
            self.go.lock().unwrap().recv().unwrap();
        }
        self.storage.open(name)
    }

    fn exists(&self, _: &str) -> Result<bool, StoreError> {
        Ok(true)
    }

    fn remove(&self, name: &str) -> Result<(), StoreError> {
        self.storage.remove(name)
    }

    fn failures(&self) -> Vec<String> {
        self.storage.failures()
    }

    fn ensure_space(&self, reserve: u64) -> Result<(), StoreError> {
        self.storage.ensure_space(reserve)
    }

    fn rewrite(&self, name: &str) -> Result<(), StoreError> {
        self.storage.rewrite(name)
    }
}

#[test]
fn the_writer_does_not_wait_for_a_shard_that_a_reader_opens() {
    let (asked, was_asked) = mpsc::channel();
    let (go, may_go) = mpsc::channel();
    let blocks = Arc::new(Blocks::new(Arc::new(Slow {
        storage: FaultStorage::default(),
        asked,
        go: Mutex::new(may_go),
    })));
    let reader = std::thread::spawn({
        let blocks = blocks.clone();
        move || blocks.entries(0).is_err()
    });
    was_asked.recv().unwrap();
    let (done, is_done) = mpsc::channel();
    std::thread::spawn(move || {
        let leaf = Leaf {
            entry: b"entry".to_vec(),
            record: None,
        };
        let leaves = vec![leaf; BLOCK_LEAVES as usize];
        blocks.write(SHARD_LEAVES / BLOCK_LEAVES, &leaves).unwrap();
        done.send(()).unwrap();
    });
    let written = is_done.recv_timeout(Duration::from_secs(60));
    go.send(()).unwrap();
    assert!(reader.join().unwrap(), "there is no block 0");
    written.expect("the writer waited for the reader's shard");
}

#[test]
fn records_leave_their_blocks_on_both_sides_of_a_shard_border_and_strays_their_shards() {
    let blocks = Blocks::new(Arc::new(FaultStorage::default()));
    let leaf = |i: u64| Leaf {
        entry: format!("entry {i}").into_bytes(),
        record: match i % 3 {
            0 => None,
            1 => Some(format!("record {i}").into_bytes()),
            _ => Some(vec![i as u8; LARGE_RECORD + 1]),
        },
    };
    let first = SHARD_LEAVES / BLOCK_LEAVES - 1;
    let border = SHARD_LEAVES;
    let range = first * BLOCK_LEAVES..(first + 3) * BLOCK_LEAVES;
    let leaves: Vec<Leaf> = range.clone().map(leaf).collect();
    blocks.write(first, &leaves).unwrap();
    let erased = [
        border - 3,
        border - 2,
        border - 1,
        border,
        border + 1,
        border + 2,
    ];
    let (before, after) = erased.split_at(3);
    for _ in 0..2 {
        blocks.erase(0, before).unwrap();
        blocks.erase(1, after).unwrap();
    }
    for number in first..first + 3 {
        let of_block = number * BLOCK_LEAVES..(number + 1) * BLOCK_LEAVES;
        let records = blocks.records(of_block.clone()).unwrap();
        for (index, record) in of_block.zip(records) {
            let expected = leaf(index).record.filter(|_| !erased.contains(&index));
            assert_eq!(record, expected, "{index}");
        }
    }
    let shard = blocks.shard(1, false).unwrap();
    for index in after {
        assert_eq!(shard.get(&alone_key(*index)).unwrap(), None);
    }
    // The tree ends in the second block of the second shard.
    let kept = (first + 1) * BLOCK_LEAVES..(first + 2) * BLOCK_LEAVES;
    assert_eq!(blocks.remove_strays(kept.end + 9).unwrap(), [1]);
    assert_eq!(blocks.records(kept.clone()).unwrap().len(), 64);
    assert!(blocks.entries(first + 2).is_err());
    let large = (kept.end..kept.end + 64)
        .find(|index| index % 3 == 2)
        .unwrap();
    assert_eq!(shard.get(&alone_key(large)).unwrap(), None);
    // It ends before the border: the second shard holds nothing of it.
    assert_eq!(blocks.remove_strays(border - 1).unwrap(), [0, 1]);
    assert_eq!(shard.range(b"", None).count(), 0);
    assert!(blocks.entries(first).is_err());
}
