//! A printer that takes plain bytes from a TCP connection, as printers do on port 9100.

use std::{
    io::{self, ErrorKind, Read as _, Write as _},
    net::{Shutdown, TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use super::Device;
use crate::Document;

/// How long it is waited for a sign that everything arrived. Many printers give none.
const LAST_SIGN: Duration = Duration::from_secs(1);

/// How long a look may take: nobody wants to wait for it.
const LOOK: Duration = Duration::from_secs(2);

/// Host and port of a printer.
pub(super) struct Stream {
    address: String,
    patience: Duration,
}

impl Stream {
    pub(super) const fn new(address: String, patience: Duration) -> Self {
        Self { address, patience }
    }

    fn connect(&self, patience: Duration) -> io::Result<TcpStream> {
        let mut last = io::Error::from(ErrorKind::AddrNotAvailable);
        for address in self.address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

impl Device for Stream {
    fn look(&self) -> io::Result<()> {
        self.connect(LOOK.min(self.patience)).map(drop)
    }

    /// One connection for each document, so that the printer can be shared.
    fn print(&mut self, document: &Document, patience: Duration) -> io::Result<()> {
        let mut stream = self.connect(patience)?;
        stream.set_write_timeout(Some(patience))?;
        stream.set_read_timeout(Some(LAST_SIGN.min(patience)))?;
        stream.write_all(document.text())?;
        stream.shutdown(Shutdown::Write)?;
        // The printer closes when it has everything; one that refuses resets the connection.
        match stream.read(&mut [0; 64]) {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
