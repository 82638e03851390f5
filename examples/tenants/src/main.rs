use std::{env, path::Path};

use corsac_tenants::{Error, Limits, Tenants, admin, api};
use metrics_exporter_prometheus::PrometheusBuilder;

#[path = "../../listen/mod.rs"]
mod listen;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let file = env::args().nth(1).ok_or("usage: corsac-tenants <tenants.sqlite>")?;
    let tenants = Tenants::open(Path::new(&file), Limits::default())?;
    let metrics = PrometheusBuilder::new().install_recorder()?;

    let pages = listen::on_port().await?;
    let administrators = listen::on_port_plus(1).await?;
    println!("for pages: http://{}", pages.local_addr()?);
    println!("for administrators: http://{}", administrators.local_addr()?);
    tokio::try_join!(
        axum::serve(pages, api(tenants.clone())),
        axum::serve(administrators, admin(tenants, metrics)),
    )?;
    Ok(())
}
