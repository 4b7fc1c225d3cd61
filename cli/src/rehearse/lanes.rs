//! Work side by side.
//!
//! Invariant: what comes out is in the order of what went in, however many threads there are.

use crate::Error;

/// Works on each item, on as many threads as there are processors. What comes out does not depend on how many.
pub(super) fn side_by_side<T: Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lanes: Vec<Vec<(usize, T)>> = (0..threads).map(|_| Vec::new()).collect();
    for (n, item) in items.into_iter().enumerate() {
        lanes[n % threads].push((n, item));
    }
    let work = &work;
    let mut done = std::thread::scope(|scope| {
        let handles: Vec<_> = lanes
            .into_iter()
            .map(|lane| {
                scope.spawn(move || {
                    lane.into_iter().map(|(n, item)| Ok((n, work(item)?))).collect::<Result<Vec<_>, Error>>()
                })
            })
            .collect();
        let lanes = handles.into_iter().map(|handle| handle.join().map_err(|_| Error::Worker)?);
        lanes.collect::<Result<Vec<_>, Error>>()
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    done.sort_by_key(|(n, _)| *n);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
