//! Prints the heading of a table.

pub fn heading(title: &str, text: &str, columns: &str) {
    println!("\n## {title}\n\n{text}\n\n| {columns} |");
    println!("|{}", "---|".repeat(columns.split('|').count()));
}
