//! Parses a document into a tree and visits all of it.

use std::fmt::Write as _;

use roxmltree::Document;

/// What a turn makes.
pub type Output = usize;

/// What is run.
pub fn prepare() -> impl FnMut() -> Output {
    let text = document();
    move || {
        let document = Document::parse(&text).expect("XML");
        let attributes = |node: roxmltree::Node<'_, '_>| node.attributes().map(|a| a.name().len() + a.value().len()).sum();
        let sizes = document.descendants().map(|node| {
            let of_attributes: usize = attributes(node);
            of_attributes + node.tag_name().name().len() + node.text().map_or(0, str::len)
        });
        sizes.sum()
    }
}

/// A feed, as news sites send it.
fn document() -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\" xmlns:media=\"http://search.yahoo.com/mrss/\" xml:lang=\"en\">\n",
    );
    for number in 0..20_u32 {
        let _ = write!(
            text,
            "  <entry id=\"tag:example.com,2026:{number}\">\n    <title type=\"html\">News &amp; more, no. {number}</title>\n\
             \x20   <link rel=\"alternate\" href=\"https://example.com/{number}?a=1&amp;b=2\"/>\n\
             \x20   <!-- not shown -->\n    <summary><![CDATA[<p>A paragraph of entry {number}.</p>]]></summary>\n\
             \x20   <media:content url='img-{number}.png' width=\"{}\" height=\"480\"></media:content>\n\
             \x20   <author><name>User {number} &#233; &lt;u{number}@example.com&gt;</name></author>\n  </entry>\n",
            number * 31 % 800
        );
    }
    text + "</feed>\n"
}
