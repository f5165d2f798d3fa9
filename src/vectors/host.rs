//! A host application's side of the wire: one connection to each host port.

use std::{
    collections::BTreeMap,
    io::{self, ErrorKind, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use thiserror::Error;

use super::case::Lmk;

/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a reply may take: RSA keys are generated while the host waits.
const REPLY_TIMEOUT: Duration = Duration::from_mins(1);

/// Why there is no reply.
#[derive(Debug, Error)]
pub(crate) enum HostError {
    /// The port cannot be reached: nothing else will work there.
    #[error(
        "no connection to {address}: {source}; start one with strongroom serve --dev, or name another with {option}"
    )]
    Unreachable { address: String, option: String, source: io::Error },
    /// The message is longer than the frame can say.
    #[error("the request is longer than 65535 bytes")]
    TooLong,
    /// No reply in time, or the connection was closed.
    #[error("no reply: {0}")]
    NoReply(io::Error),
    /// The reply starts with another header than the request.
    #[error("the reply does not return the message header")]
    Header,
}

/// Host ports of one HSM, by LMK; an LMK without one is not there.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) ports: BTreeMap<Lmk, String>,
    pub(crate) header: String,
}

/// Open connections to a target.
#[derive(Debug)]
pub(crate) struct Host {
    target: Target,
    streams: BTreeMap<Lmk, TcpStream>,
}

impl Host {
    /// No connection is opened before the first request.
    pub(crate) fn new(target: Target) -> Self {
        Self { target, streams: BTreeMap::new() }
    }

    /// Whether there is a port for the LMK.
    pub(crate) fn has(&self, lmk: Lmk) -> bool {
        self.target.ports.contains_key(&lmk)
    }

    /// Sends a message without header and length, and returns the reply without them.
    pub(crate) fn ask(&mut self, lmk: Lmk, message: &[u8]) -> Result<Vec<u8>, HostError> {
        let header = self.target.header.as_bytes();
        let length = u16::try_from(header.len() + message.len()).map_err(|_| HostError::TooLong)?;
        let frame = [&length.to_be_bytes()[..], header, message].concat();
        let stream = match self.streams.remove(&lmk) {
            Some(stream) => stream,
            None => self.connect(lmk)?,
        };
        (&stream).write_all(&frame).map_err(HostError::NoReply)?;
        self.streams.insert(lmk, stream);
        self.next(lmk)
    }

    /// The next reply on the connection, without its header and length.
    pub(crate) fn next(&mut self, lmk: Lmk) -> Result<Vec<u8>, HostError> {
        // A connection on which something went wrong is not used again.
        let gone = || HostError::NoReply(ErrorKind::NotConnected.into());
        let stream = self.streams.remove(&lmk).ok_or_else(gone)?;
        let reply = receive(&stream).map_err(HostError::NoReply)?;
        let reply =
            reply.strip_prefix(self.target.header.as_bytes()).ok_or(HostError::Header)?.to_vec();
        self.streams.insert(lmk, stream);
        Ok(reply)
    }

    /// Closes the connection, on which replies may come that nobody waits for.
    pub(crate) fn close(&mut self, lmk: Lmk) {
        self.streams.remove(&lmk);
    }

    fn connect(&self, lmk: Lmk) -> Result<TcpStream, HostError> {
        let address = self.target.ports.get(&lmk).cloned().unwrap_or_default();
        let option = if lmk == Lmk::Default {
            "--target".to_owned()
        } else {
            format!("--lmk {lmk}=ADDR:PORT")
        };
        open(&address).map_err(|source| HostError::Unreachable { address, option, source })
    }
}

fn open(address: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(REPLY_TIMEOUT))?;
                stream.set_write_timeout(Some(REPLY_TIMEOUT))?;
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn receive(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut reply = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut reply)?;
    Ok(reply)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    /// Answers each request of one connection with the next of `replies`, then closes it.
    fn answer(replies: &'static [&'static [u8]]) -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept()?;
            for reply in replies {
                let mut length = [0; 2];
                stream.read_exact(&mut length)?;
                stream.read_exact(&mut vec![0; u16::from_be_bytes(length).into()])?;
                stream.write_all(reply)?;
            }
            io::Result::Ok(())
        });
        let ports = BTreeMap::from([(Lmk::Default, address)]);
        Host::new(Target { ports, header: "HEAD".to_owned() })
    }

    #[test]
    fn header_and_length_are_taken_off() {
        let mut host = answer(&[b"\x00\x08HEADND00", b"\x00\x06HEADND"]);
        assert_eq!(host.ask(Lmk::Default, b"NC").expect("a reply"), b"ND00");
        assert_eq!(host.ask(Lmk::Default, b"NC").expect("a reply"), b"ND");
    }

    #[test]
    fn a_second_reply_is_waited_for() {
        let mut host = answer(&[b"\x00\x08HEADA300\x00\x08HEADAZ16", b"\x00\x08HEADND00"]);
        assert_eq!(host.ask(Lmk::Default, b"A2").expect("a reply"), b"A300");
        assert_eq!(host.next(Lmk::Default).expect("a second reply"), b"AZ16");
        assert_eq!(host.ask(Lmk::Default, b"NC").expect("a reply"), b"ND00");
        host.close(Lmk::Default);
        assert!(matches!(host.next(Lmk::Default), Err(HostError::NoReply(_))));
    }

    #[test]
    fn what_is_no_reply_says_so() {
        let mut host = answer(&[b"\x00\x08HEAPND00"]);
        assert!(matches!(host.ask(Lmk::Default, b"NC"), Err(HostError::Header)));
        let mut host = answer(&[b"\x00\x08HEAD"]);
        assert!(matches!(host.ask(Lmk::Default, b"NC"), Err(HostError::NoReply(_))));
        assert!(matches!(host.ask(Lmk::Default, &vec![0; 65_535]), Err(HostError::TooLong)));
    }
}
