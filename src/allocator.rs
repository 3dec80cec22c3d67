//! The program's allocator and what it is told; benchmarks that tell of memory and time take the same file.
//!
//! Requests allocate and free small things on every core at once. benches/RESULTS.md has what jemalloc
//! gains over others, and why it is told so.

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// What jemalloc reads when the process starts: four arenas in all, not four for each processor, so that
/// less lies about; pages that nothing uses go back to the system after a tenth of a second, by a thread
/// of its own.
#[expect(unsafe_code, reason = "the name is jemalloc's, and nothing else has it")]
#[unsafe(export_name = "_rjem_malloc_conf")]
static MALLOC_CONF: &[u8; 69] =
    b"narenas:4,dirty_decay_ms:100,muzzy_decay_ms:0,background_thread:true\0";
