//! Progress on stderr: bytes while a model is fetched, then tasks done of all.
//!
//! Draws only where stderr is a terminal; otherwise it is silent.

use std::{io::IsTerminal, path::PathBuf, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::OnceCell;

use super::Failed;
#[cfg(feature = "local")]
use crate::provider::local::FetchProgress;
use crate::{
    pipeline::{Event, Listener},
    provider::Providers,
};

/// One progress bar that changes its shape with the work.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    /// Where the models lie, once they are on disk: several articles fetch them once.
    models: Arc<OnceCell<Vec<PathBuf>>>,
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
        Self { bar, models: Arc::default() }
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
            Event::Section { .. } | Event::Opening { .. } => bar.inc(1),
            Event::Mending { tasks } => bar.inc_length(tasks as u64),
        })
    }

    /// Who hears of sections as they are done and counts their passages, of so many in all.
    pub(super) fn segments(&self, total: usize) -> Listener {
        self.bar.set_style(style("{bar:30} {pos}/{len} segments  {elapsed}, {eta} left"));
        self.bar.reset();
        self.bar.set_length(total as u64);
        self.bar.enable_steady_tick(Duration::from_millis(250));
        let bar = self.bar.clone();
        Arc::new(move |event| {
            if let Event::Section { section, .. } = event {
                bar.inc(section.passages.len() as u64);
            }
        })
    }

    /// Counts articles that are done, of so many.
    pub(super) fn articles(&self, total: usize) {
        self.bar.set_style(style("{bar:30} {pos}/{len} articles  {elapsed}"));
        self.bar.reset();
        self.bar.set_length(total as u64);
        self.bar.enable_steady_tick(Duration::from_millis(250));
    }

    /// One more article is done.
    pub(super) fn done(&self) {
        self.bar.inc(1);
    }

    /// Says a line above the bar, where stderr is a terminal or not.
    pub(super) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// Sees to it that embedded models are on disk, showing what is fetched.
    #[cfg(feature = "local")]
    pub(super) async fn prepare(&self, providers: &Providers) -> Result<Vec<PathBuf>, Failed> {
        let fetched = || async { providers.prepare(Arc::new(self.clone())).await };
        self.models.get_or_try_init(fetched).await.cloned().map_err(Failed::work)
    }

    /// Without embedded models there is nothing to fetch.
    #[cfg(not(feature = "local"))]
    pub(super) async fn prepare(&self, _providers: &Providers) -> Result<Vec<PathBuf>, Failed> {
        Ok(self.models.get().cloned().unwrap_or_default())
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(feature = "local")]
impl FetchProgress for Progress {
    fn fetched(&self, bytes: u64, total: u64) {
        if self.bar.length() != Some(total) {
            self.bar
                .set_style(style("model {bar:30} {bytes}/{total_bytes}  {bytes_per_sec}  {eta}"));
            self.bar.set_length(total);
        }
        self.bar.set_position(bytes);
    }

    fn verifying(&self) {
        self.bar.set_style(style("verifying the model  {elapsed}"));
        self.bar.tick();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
