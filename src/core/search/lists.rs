//! Many lists in one piece of memory, found by their numbers.

use serde::{Deserialize, Serialize};

/// Lists of any lengths, one after the other.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Lists<T> {
    items: Vec<T>,
    /// Where each list begins; one more at the end.
    starts: Vec<u32>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            starts: Vec::new(),
        }
    }
}

impl<T: Copy + Default> Lists<T> {
    /// Puts each item into the list of its number, which is below `lists`, in the order in which they come: a counting sort,
    /// for which they come twice.
    pub(super) fn new(lists: usize, items: impl Iterator<Item = (usize, T)> + Clone) -> Self {
        let mut starts = vec![0_u32; lists + 1];
        for (number, _) in items.clone() {
            if let Some(count) = starts.get_mut(number + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut next = starts.clone();
        let mut sorted = vec![T::default(); total as usize];
        for (number, item) in items {
            let Some(at) = next.get_mut(number) else {
                continue;
            };
            if let Some(place) = sorted.get_mut(*at as usize) {
                *place = item;
            }
            *at += 1;
        }
        Self {
            items: sorted,
            starts,
        }
    }

    /// A list; empty where there is none of this number.
    pub(super) fn get(&self, number: usize) -> &[T] {
        match (self.starts.get(number), self.starts.get(number + 1)) {
            (Some(&start), Some(&end)) => self
                .items
                .get(start as usize..end as usize)
                .unwrap_or_default(),
            _ => &[],
        }
    }

    /// All lists in order, to change their items.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let lengths = self
            .starts
            .iter()
            .zip(self.starts.iter().skip(1))
            .map(|(start, end)| (end - start) as usize);
        let mut rest = self.items.as_mut_slice();
        lengths.filter_map(move |length| rest.split_off_mut(..length))
    }
}
