//! Progress on stderr: bytes while a model is fetched, then tasks done of all.
//!
//! Draws only where stderr is a terminal; otherwise it is silent.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::pipeline::{Event, Listener};

/// One progress bar that changes its shape with the work.
#[derive(Clone, Debug)]
pub struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar on stderr where that is a terminal, a silent one elsewhere.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        let target = match std::io::stderr().is_terminal() {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        bar.set_draw_target(target);
        Self { bar }
    }

    /// Who hears of a brief's progress and draws it.
    pub(super) fn listener(&self) -> Listener {
        let bar = self.bar.clone();
        Arc::new(move |event| match event {
            Event::Planned { tasks, .. } => {
                bar.set_style(style("{bar:30} {pos}/{len} parts of the brief  {elapsed}"));
                bar.reset();
                bar.set_length(tasks as u64);
                bar.enable_steady_tick(Duration::from_millis(250));
            }
            Event::TaskDone { .. } => bar.inc(1),
        })
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
