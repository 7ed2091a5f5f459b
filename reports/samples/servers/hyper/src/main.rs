//! A server that answers with the number of bytes of the body: `hyper-server HOST PORT`.

use std::convert::Infallible;
use std::error::Error;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(match request.into_body().collect().await {
        Ok(body) => {
            let text = format!("{}\n", body.to_bytes().len());
            Response::new(Full::new(Bytes::from(text)))
        }
        Err(_) => {
            let mut refused = Response::new(Full::new(Bytes::new()));
            *refused.status_mut() = StatusCode::BAD_REQUEST;
            refused
        }
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = std::env::args().collect();
    let [_, host, port] = words.as_slice() else {
        return Err("hyper-server HOST PORT".into());
    };
    let listener = TcpListener::bind(format!("{host}:{port}")).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let connection = http1::Builder::new();
        tokio::spawn(async move {
            let served = connection.serve_connection(TokioIo::new(stream), service_fn(answer));
            // A client that sends anything else is refused, and others are served on.
            _ = served.await;
        });
    }
}
