//! A source as it arrives, and the whole way from its bytes to a reading.

use bytes::Bytes;

use super::{
    PubStatus, Reading, Release, decode,
    extract::{self, SourceKind},
    parse::{self, Hints},
};

/// An article as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The bytes.
    pub bytes: Bytes,
    /// The content type with its charset label, where there is one.
    pub content_type: Option<String>,
    /// The title, where it came apart from the text.
    pub title: Option<String>,
    /// When the article was published, RFC 3339 or a date, where it came apart from the text.
    pub published: Option<String>,
}

/// Reads an article: decode → extract → parse. Always gives an article and findings.
#[must_use]
pub fn read(source: &Source) -> Reading {
    let content_type = source.content_type.as_deref();
    let decoded = decode::decode(&source.bytes, content_type);
    let kind = SourceKind::from_content_type(content_type, &source.bytes);
    let extracted = extract::extract(&decoded.text, kind);
    let title = source.title.clone().or(extracted.title);
    let mut reading = parse::parse(&extracted.blocks, &Hints { title });
    let article = &mut reading.article;
    article.byline = article.byline.take().or(extracted.byline);
    article.release = Release {
        uri: extracted.uri,
        published: source.published.clone().or(extracted.published),
        embargoed_until: extracted.embargoed,
        status: extracted.pub_status.as_deref().and_then(PubStatus::named),
    };
    if let Some(dateline) = &mut article.dateline {
        let published = article.release.published.as_deref();
        dateline.year = dateline.year.or_else(|| year_of(published?, dateline.day, dateline.month));
    }
    let earlier = decoded.findings.into_iter().chain(extracted.findings);
    reading.findings = earlier.chain(reading.findings).collect();
    reading
}

/// The year of a dateline that leaves it out, from an ISO 8601 time of publication: the year in
/// which its day and month lie nearest before it, two days of grace for time zones included.
fn year_of(published: &str, day: Option<u8>, month: Option<u8>) -> Option<i16> {
    let published: jiff::civil::Date = published.get(..10)?.parse().ok()?;
    let (day, month) = (i8::try_from(day?).ok()?, i8::try_from(month?).ok()?);
    let latest = published.checked_add(jiff::Span::new().days(2)).ok()?;
    let same_year = jiff::civil::Date::new(published.year(), month, day).ok()?;
    Some(if same_year <= latest { published.year() } else { published.year() - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_left_out_is_the_one_before_publication() {
        assert_eq!(year_of("2024-01-19T08:00:00Z", Some(18), Some(1)), Some(2024));
        assert_eq!(year_of("2024-01-02", Some(30), Some(12)), Some(2023));
        assert_eq!(year_of("soon", Some(30), Some(12)), None);
    }
}
