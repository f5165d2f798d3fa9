//! A document on its way to the printer.

use zeroize::Zeroize;

/// Text that is to be printed. It holds clear keys and PINs by nature, so it is wiped when it is
/// dropped or grows, cannot be copied, and does not show what it holds.
#[derive(Default)]
pub struct Document(Vec<u8>);

impl core::fmt::Debug for Document {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Document")
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Document {
    /// What is printed.
    pub fn text(&self) -> &[u8] {
        &self.0
    }

    /// Appends to the text.
    pub fn push(&mut self, text: &[u8]) {
        self.reserve(text.len());
        self.0.extend_from_slice(text);
    }

    /// Appends spaces.
    pub(super) fn space(&mut self, count: usize) {
        self.reserve(count);
        self.0.resize(self.0.len() + count, b' ');
    }

    /// Makes room here, so that the vector need not grow by itself and leave an unwiped copy behind.
    fn reserve(&mut self, length: usize) {
        const LEAST: usize = 1024;
        let needed = self.0.len() + length;
        if needed > self.0.capacity() {
            let mut grown = Vec::with_capacity(needed.next_power_of_two().max(LEAST));
            grown.extend_from_slice(&self.0);
            self.0.zeroize();
            self.0 = grown;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_grows_and_does_not_show_what_it_holds() {
        let mut document = Document::default();
        for _ in 0..1_000 {
            document.push(b"1234");
            document.space(1);
        }
        assert_eq!(document.text(), b"1234 ".repeat(1_000));
        assert_eq!(format!("{document:?}"), "Document");
    }
}
