//! What happens on the way to a brief, in the words of the event stream.
//!
//! `article` comes first, as it was read; `plan`, `section`, `opening` and `mending` come as they happen; `finding` for each finding once
//! it is known; `brief` with the whole JSON, or `problem`, is the last.

use std::{collections::HashSet, sync::Arc};

use serde::Serialize;
use serde_json::json;

use super::Work;
use crate::{
    article::Article,
    finding::Finding,
    pipeline::{Event, Listener},
    server::{problem::Problem, story::Story},
};

/// Tells one work's events.
#[derive(Clone, Debug)]
pub(in crate::server) struct Teller {
    work: Arc<Work>,
}

impl Teller {
    /// Tells into this work's log.
    pub(in crate::server) fn new(work: &Arc<Work>) -> Self {
        Self { work: Arc::clone(work) }
    }

    /// Hears what the pipeline says.
    pub(in crate::server) fn listener(&self) -> Listener {
        let teller = self.clone();
        Arc::new(move |event| match event {
            Event::Planned { sections, tasks } => {
                teller.tell("plan", &json!({ "sections": sections, "tasks": tasks }));
            }
            Event::Section { section, cached } => {
                teller.tell("section", &json!({ "section": section, "cached": cached }));
            }
            Event::Opening { headline, summary, cached } => teller.tell(
                "opening",
                &json!({ "headline": headline, "summary": summary, "cached": cached }),
            ),
            Event::Mending { tasks } => teller.tell("mending", &json!({ "tasks": tasks })),
        })
    }

    /// Tells the article as it was read, so that who watches can show the Arabic at once.
    pub(in crate::server) fn article(&self, article: &Article) {
        self.tell("article", &Story::of(article));
    }

    /// Tells the findings that were not among `told`, each once.
    pub(in crate::server) fn findings(&self, findings: &[Finding], told: &[Finding]) {
        let mut seen = HashSet::new();
        for finding in findings.iter().filter(|finding| !told.contains(finding)) {
            if let Ok(text) = serde_json::to_string(finding)
                && seen.insert(text.clone())
            {
                self.work.log.tell("finding", &text);
            }
        }
    }

    /// Tells the brief, as rendered.
    pub(in crate::server) fn brief(&self, json: &str) {
        self.work.log.tell("brief", json);
    }

    /// Tells why there is none.
    pub(in crate::server) fn problem(&self, problem: &Problem) {
        self.tell("problem", problem);
    }

    fn tell(&self, name: &str, data: &impl Serialize) {
        // Plain data, which JSON always holds.
        if let Ok(text) = serde_json::to_string(data) {
            self.work.log.tell(name, &text);
        }
    }
}
