//! The allowed origins of each tenant, in a database and in a cache.

use std::{collections::BTreeSet, fmt, path::Path, sync::Arc, time::Duration};

use corsac::{BuildError, CorsLayer, Policy};
use http::{Method, header};
use moka::sync::Cache;
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    task::spawn_blocking,
    time::timeout,
};

pub type Error = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest time that a request waits for its policy.
    pub look_up: Duration,
    /// The longest time until this process sees a change from another one.
    pub time_to_live: Duration,
    pub tenants_in_memory: u64,
    pub origins_of_a_tenant: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            look_up: Duration::from_millis(500),
            time_to_live: Duration::from_secs(60),
            tenants_in_memory: 10_000,
            origins_of_a_tenant: 100,
        }
    }
}

#[derive(Clone)]
pub struct Tenants {
    /// An async mutex, so that waiting for it blocks no thread while the database hangs.
    connection: Arc<Mutex<Connection>>,
    /// By host. `None` is stored too, so that requests for unknown hosts do not reach the database.
    policies: Cache<String, Option<Arc<Policy>>>,
    limits: Limits,
}

impl Tenants {
    /// Opens the database.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be opened, or is not a database.
    pub fn open(file: &Path, limits: Limits) -> Result<Self, Error> {
        let connection = Connection::open(file)?;
        // Otherwise the blocking thread would wait longer than the request.
        connection.busy_timeout(limits.look_up)?;
        connection.execute(
            "CREATE TABLE IF NOT EXISTS origins (host TEXT, origin TEXT, PRIMARY KEY (host, origin))",
            [],
        )?;
        let policies = Cache::builder()
            .max_capacity(limits.tenants_in_memory)
            .time_to_live(limits.time_to_live)
            .build();
        Ok(Self { connection: Arc::new(Mutex::new(connection)), policies, limits })
    }

    /// Returns the policy for a host, or `None` if the host belongs to no tenant.
    ///
    /// # Errors
    ///
    /// Fails if the database fails or hangs, or if the stored list is not valid. Failures are not cached.
    pub async fn policy(&self, host: &str) -> Result<Option<Arc<Policy>>, Error> {
        match self.policies.get(host) {
            Some(known) => Ok(known),
            None => timeout(self.limits.look_up, self.look_up(host.to_owned())).await?,
        }
    }

    async fn look_up(&self, host: String) -> Result<Option<Arc<Policy>>, Error> {
        let policies = self.policies.clone();
        let look_up = move |connection: OwnedMutexGuard<Connection>| {
            // Another request may have found it in the meantime.
            if let Some(known) = policies.get(&host) {
                return Ok(known);
            }
            let origins = read(&connection, &host)?;
            let policy = if origins.is_empty() { None } else { Some(build(&origins)?.into()) };
            // While the connection is locked, so that no change can come in between.
            policies.insert(host, policy.clone());
            Ok(policy)
        };
        let connection = self.connection.clone().lock_owned().await;
        spawn_blocking(|| look_up(connection)).await?
    }

    /// Changes the list of a tenant. An empty list removes the tenant. In this process, the change takes
    /// effect at once.
    ///
    /// # Errors
    ///
    /// Fails if the new list is not valid, or if the database fails. Then nothing is stored.
    pub async fn change(
        &self,
        host: String,
        change: impl FnOnce(&mut BTreeSet<String>) + Send + 'static,
    ) -> Result<(), ChangeError> {
        let (policies, most) = (self.policies.clone(), self.limits.origins_of_a_tenant);
        let change = move |mut connection: OwnedMutexGuard<Connection>| {
            let behavior = TransactionBehavior::Immediate;
            let transaction = connection.transaction_with_behavior(behavior)?;
            let mut origins = read(&transaction, &host)?;
            change(&mut origins);
            match origins.len() {
                0 => {}
                count if count > most => return Err(ChangeError::TooMany { count, most }),
                // Check the whole list, because that is how it will be used.
                _ => _ = build(&origins)?,
            }
            transaction.execute("DELETE FROM origins WHERE host = ?1", [&host])?;
            for origin in origins {
                let values = params![host, origin];
                transaction.execute("INSERT INTO origins VALUES (?1, ?2)", values)?;
            }
            let committed = transaction.commit();
            // Also after a failure, because the transaction may have been committed.
            policies.invalidate(&host);
            Ok(committed?)
        };
        let connection = self.connection.clone().lock_owned().await;
        spawn_blocking(|| change(connection))
            .await
            .map_err(|error| ChangeError::Failed(error.into()))?
    }
}

fn read(connection: &Connection, host: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut rows = connection.prepare_cached("SELECT origin FROM origins WHERE host = ?1")?;
    rows.query_map([host], |row| row.get(0))?.collect()
}

/// Builds a policy. Only the origins depend on the tenant.
fn build(origins: &BTreeSet<String>) -> Result<Policy, BuildError> {
    CorsLayer::builder()
        .allow_origins(origins)
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .allow_credentials(true)
        .build_policy()
}

#[derive(Debug)]
pub enum ChangeError {
    Invalid(BuildError),
    TooMany { count: usize, most: usize },
    Failed(Error),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(error) => error.fmt(f),
            Self::TooMany { count, most } => {
                write!(f, "{count} origins; a tenant has at most {most}")
            }
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ChangeError {}

impl From<BuildError> for ChangeError {
    fn from(error: BuildError) -> Self {
        Self::Invalid(error)
    }
}

impl From<rusqlite::Error> for ChangeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}
