//! Sends every exchange of `exchanges.json` to a host, over real HTTP, and compares the responses line
//! by line. Exits with 1 if one differs, and with 2 if it could send none.
//!
//! ```text
//! suite --h1 http://127.0.0.1:3000 --h2c http://127.0.0.1:3000 exchanges.json
//! ```

use std::{env, error::Error, fs, process::ExitCode};

use hyper::Uri;

use crate::{client::Transport, exchange::Exchange};

mod client;
mod exchange;

const USAGE: &str =
    "usage: suite [--h1 URL] [--h2c URL] [--as HOST] [--with GROUP] [--only WORDS] FILE
  --h1, --h2c   where the host listens, and what to speak; at least one of the two
  --as          the host's name in the exchanges' `over`, instead of `http1` and `http2`
  --with        the exchanges that need GROUP too, for example `grpc`
  --only        those with WORDS in their names";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(env::args().skip(1)).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Returns whether all responses are as expected.
async fn run(args: impl Iterator<Item = String>) -> Result<bool, Box<dyn Error>> {
    let options = Options::read(args)?;
    let file = &options.file;
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let exchanges: Vec<Exchange> =
        serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;

    let (mut asked, mut failed) = (0, 0);
    for (transport, url) in &options.hosts {
        client::connect(url).await?;
        let over = options.name.as_deref().unwrap_or(transport.name());
        for exchange in exchanges.iter().filter(|it| options.chooses(it, over)) {
            asked += 1;
            let differences = match client::send(*transport, url, &exchange.request).await {
                Ok(answer) => exchange.response.differences(&answer),
                Err(error) => vec![format!("! {error}")],
            };
            let verdict = if differences.is_empty() { "ok  " } else { "FAIL" };
            println!("{verdict} {over}  {}", exchange.name);
            for line in &differences {
                println!("       {line}");
            }
            failed += usize::from(!differences.is_empty());
        }
    }
    println!("{asked} exchanges, {} as expected", asked - failed);
    if asked == 0 { Err("no exchange is left to send".into()) } else { Ok(failed == 0) }
}

struct Options {
    hosts: Vec<(Transport, Uri)>,
    name: Option<String>,
    groups: Vec<String>,
    only: String,
    file: String,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let (mut hosts, mut groups) = (Vec::new(), Vec::new());
        let (mut name, mut only, mut file) = (None, String::new(), None);
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value\n{USAGE}"));
            match arg.as_str() {
                "--h1" => hosts.push((Transport::Http1, value()?.parse()?)),
                "--h2c" => hosts.push((Transport::Http2, value()?.parse()?)),
                "--as" => name = Some(value()?),
                "--with" => groups.push(value()?),
                "--only" => only = value()?,
                _ if arg.starts_with('-') || file.is_some() => {
                    return Err(format!("unknown argument {arg:?}\n{USAGE}").into());
                }
                _ => file = Some(arg),
            }
        }
        let file = file.filter(|_| !hosts.is_empty()).ok_or(USAGE)?;
        Ok(Self { hosts, name, groups, only, file })
    }

    fn chooses(&self, exchange: &Exchange, over: &str) -> bool {
        exchange.name.contains(&self.only)
            && exchange.needs.as_ref().is_none_or(|group| self.groups.contains(group))
            && exchange.over.as_ref().is_none_or(|hosts| hosts.iter().any(|host| host == over))
    }
}
