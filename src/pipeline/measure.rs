//! A whole article in English, paragraph by paragraph, without headline and summary.
//!
//! For measuring: the same plan, road, checks and mending as for a brief, so that what is measured
//! is what readers get.

use super::{
    Gateway, Listener, Work,
    mend::{Checked, Original},
};
use crate::{
    article::Article,
    brief::{
        Detail, Task, Translation,
        plan::{self, Strategy},
    },
    provider::{Call, Failure},
};

impl Gateway {
    /// Every paragraph of an article in English, checked and mended. Without `terms` no term and no
    /// name goes with the tasks; the checks know them all the same.
    ///
    /// # Errors
    /// Where no provider could do any of it.
    pub async fn measure(
        &self,
        article: &Article,
        terms: bool,
        call: &Call,
        listener: &Listener,
    ) -> Result<Translation, Failure> {
        let mut plan = plan::plan(article, &self.glossary, Strategy::Extract, Detail::Full);
        plan.closing = None;
        if !terms {
            plan.sections.iter_mut().flatten().for_each(forget_terms);
        }
        let mut work: Work = self.run(article, &plan, call, listener).await;
        if let Some(failure) = work.failed_whole() {
            return Err(failure);
        }
        let original = Original { article, names: &plan.names };
        let Checked { copy, findings: checks, mended } =
            self.mend(original, &mut work, call, listener).await;
        let heard = work.answered().flat_map(|answered| answered.findings.iter().cloned());
        let findings = copy.findings.iter().cloned().chain(heard).chain(checks).chain(mended);
        Ok(Translation {
            findings: findings.collect(),
            sections: copy.sections,
            engines: work.engines(),
            usage: work.usage(),
        })
    }
}

fn forget_terms(task: &mut Task) {
    let (Task::Translate { terms, .. }
    | Task::Summarize { terms, .. }
    | Task::Headline { terms, .. }) = task;
    terms.clear();
}
