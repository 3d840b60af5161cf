//! Prints the words of each line of standard input as the search reads them, for `src/core/search/meaning/distill.py`.

use std::io::{self, BufRead, BufWriter, Write};

use internbot::text;

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        writeln!(out, "{}", text::words(&line?).join(" "))?;
    }
    Ok(())
}
