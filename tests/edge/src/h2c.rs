//! HTTP/2 without TLS, from the first byte on.

use std::{io, time::Duration};

use h2::client::{Builder as Handshake, SendRequest};
use http::Request;
use tokio::{
    net::TcpStream,
    runtime::{Builder, Runtime},
    time::timeout,
};

use crate::wire::Answer;

/// A connection to the edge, which is opened again when the edge has closed it.
pub struct Client {
    port: u16,
    runtime: Runtime,
    connection: Option<SendRequest<&'static [u8]>>,
}

impl Client {
    pub fn new(port: u16) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { port, runtime, connection: None })
    }

    pub fn send(&mut self, request: &Request<()>, body: &'static str) -> io::Result<Answer> {
        // The edge may close an idle connection just when a request is sent.
        let was_open = self.connection.is_some();
        match self.try_send(request.clone(), body) {
            Err(_) if was_open => self.try_send(request.clone(), body),
            answer => answer,
        }
    }

    fn try_send(&mut self, request: Request<()>, body: &'static str) -> io::Result<Answer> {
        let (port, opened) = (self.port, self.connection.take());
        let exchange = async { timeout(TIME, exchange(port, opened, request, body)).await };
        let (connection, answer) = self.runtime.block_on(exchange)??;
        self.connection = Some(connection);
        Ok(answer)
    }
}

const TIME: Duration = Duration::from_secs(10);

type Connection = SendRequest<&'static [u8]>;

async fn exchange(
    port: u16,
    opened: Option<Connection>,
    request: Request<()>,
    body: &'static str,
) -> io::Result<(Connection, Answer)> {
    let connection = match opened {
        Some(connection) => connection,
        None => connect(port).await?,
    };
    let mut connection = connection.ready().await.map_err(io::Error::other)?;
    let (response, mut sent) =
        connection.send_request(request, body.is_empty()).map_err(io::Error::other)?;
    if !body.is_empty() {
        sent.send_data(body.as_bytes(), true).map_err(io::Error::other)?;
    }
    let (head, mut body) = response.await.map_err(io::Error::other)?.into_parts();
    while let Some(data) = body.data().await {
        // The edge may answer before it has read the whole request, and then reset the stream.
        let Ok(data) = data else { break };
        body.flow_control().release_capacity(data.len()).map_err(io::Error::other)?;
    }
    Ok((connection, Answer { status: head.status, headers: head.headers }))
}

async fn connect(port: u16) -> io::Result<Connection> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) =
        Handshake::new().handshake(stream).await.map_err(io::Error::other)?;
    // It ends with the connection.
    tokio::spawn(connection);
    Ok(sender)
}
