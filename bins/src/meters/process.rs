//! What every exporter tells of its process, by the names that every dashboard knows. Linux only.
#![cfg(target_os = "linux")]
use procfs::{
    prelude::*,
    process::{LimitValue, Process, Stat},
};
use prometheus::{core::Collector, proto::MetricFamily};

use super::{
    MeterError,
    read_off::{ReadOff, Title, counter, gauge, number, one, size},
};

const CPU: Title = ("process_cpu_seconds_total", "How long the process has used a processor");
const OPEN: Title = ("process_open_fds", "How many files and connections are open");
const MOST: Title = ("process_max_fds", "How many files and connections may be open");
const VIRTUAL: Title = ("process_virtual_memory_bytes", "How much memory is mapped");
const RESIDENT: Title = ("process_resident_memory_bytes", "How much memory is used");
const STARTED: Title = ("process_start_time_seconds", "When the process began, since 1970");
const THREADS: Title = ("process_threads", "How many threads there are");

/// What this process uses.
pub(super) fn process() -> Result<impl Collector + 'static, MeterError> {
    let booted = procfs::boot_time_secs().unwrap_or_default();
    ReadOff::new(&[CPU, OPEN, MOST, VIRTUAL, RESIDENT, STARTED, THREADS], &[], move || {
        Process::myself().map(|process| read(&process, booted)).unwrap_or_default()
    })
}

fn read(process: &Process, booted: u64) -> Vec<MetricFamily> {
    let mut told = process.stat().map(|stat| of_stat(&stat, booted)).unwrap_or_default();
    told.extend(process.fd_count().map(|open| gauge(OPEN, one(size(open)))));
    told.extend(process.limits().map(|limits| {
        let most = match limits.max_open_files.soft_limit {
            LimitValue::Value(most) => number(most),
            LimitValue::Unlimited => f64::INFINITY,
        };
        gauge(MOST, one(most))
    }));
    told
}

fn of_stat(stat: &Stat, booted: u64) -> Vec<MetricFamily> {
    let seconds = |ticks: u64| number(ticks) / number(procfs::ticks_per_second());
    vec![
        counter(CPU, one(seconds(stat.utime + stat.stime))),
        gauge(VIRTUAL, one(number(stat.vsize))),
        gauge(RESIDENT, one(number(stat.rss_bytes().get()))),
        gauge(STARTED, one(number(booted) + seconds(stat.starttime))),
        gauge(THREADS, one(number(u64::try_from(stat.num_threads).unwrap_or_default()))),
    ]
}
