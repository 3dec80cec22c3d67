//! Which providers may do a task, in which order. Pure.

use super::{Call, Routes, place::Place};
use crate::{
    brief::Task,
    dialect::{Fault, FaultKind},
};

impl Routes {
    /// The names to try for this kind of task, in order.
    pub(crate) fn names(&self, task: &Task) -> &[String] {
        match task {
            Task::Translate { .. } => &self.translate,
            Task::Summarize { .. } | Task::Headline { .. } => &self.summarize,
        }
    }
}

/// Whether a provider may be given this task at all.
///
/// # Errors
/// The reason why not, which the caller is told.
pub(crate) fn fits(place: &Place, task: &Task, call: &Call) -> Result<(), Fault> {
    if call.confidential && !place.trusted() {
        return Err(Fault::new(FaultKind::Refused, "is not marked `confidential = true`"));
    }
    if !call.complaints.is_empty() && !place.capabilities().repairs {
        return Err(Fault::new(FaultKind::Refused, "cannot be told what was wrong"));
    }
    let translation = matches!(task, Task::Translate { .. });
    if !translation && !place.capabilities().summarizes {
        return Err(Fault::new(FaultKind::Refused, "only translates"));
    }
    Ok(())
}
