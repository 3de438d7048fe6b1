//! What the benchmark measures the services against: the framework, and the hash function, with nothing around them.
//!
//! `bare serve PORT` answers `[]` as JSON at any address, with as many threads as there are cores. `bare hash COST SECONDS
//! THREADS` hashes passwords with bcrypt and prints how many a second.
use std::{
    env::args,
    error::Error,
    thread,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, web};
use bcrypt::BcryptError;

async fn empty_list() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body("[]")
}

async fn serve(port: u16) -> std::io::Result<()> {
    let server = HttpServer::new(|| App::new().default_service(web::to(empty_list)));
    let threads = thread::available_parallelism()?.get();
    server.workers(threads).bind(("127.0.0.1", port))?.run().await
}

fn hashes(cost: u32, time: Duration) -> Result<u32, BcryptError> {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < time {
        bcrypt::hash(b"not-the-password", cost)?;
        count += 1;
    }
    Ok(count)
}

/// How many hashes a second `threads` threads make.
fn hash_rate(cost: u32, seconds: u64, threads: usize) -> Result<f64, BcryptError> {
    let (began, time) = (Instant::now(), Duration::from_secs(seconds));
    let count = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(move || hashes(cost, time))).collect();
        running.into_iter().filter_map(|one| one.join().ok()).sum::<Result<u32, _>>()
    })?;
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", port] => serve(port.parse()?).await?,
        ["hash", cost, seconds, threads] => {
            println!("{:.3}", hash_rate(cost.parse()?, seconds.parse()?, threads.parse()?)?);
        }
        _ => return Err("serve PORT, or hash COST SECONDS THREADS".into()),
    }
    Ok(())
}
