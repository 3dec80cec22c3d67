//! Behaviour of decoding.

use super::*;

const STORY: &str = "أعلنت الوزارة اليوم في بيان أن السدود امتلأت بعد الأمطار التي هطلت على \
     المناطق الشمالية، وقال المدير العام إن المياه تكفي المدينة إلى نهاية السنة المقبلة.";

fn codes(decoded: &Decoded<'_>) -> Vec<Code> {
    decoded.findings.iter().map(|finding| finding.code).collect()
}

fn bytes(encoding: &'static Encoding) -> Vec<u8> {
    if encoding == UTF_16LE {
        return STORY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    }
    if encoding == UTF_16BE {
        return STORY.encode_utf16().flat_map(u16::to_be_bytes).collect();
    }
    encoding.encode(STORY).0.into_owned()
}

#[test]
fn plain_utf8_is_borrowed_and_needs_no_finding() {
    let decoded = decode(STORY.as_bytes(), Some("text/plain"));
    assert!(matches!(decoded.text, Cow::Borrowed(STORY)));
    assert_eq!((decoded.charset, decoded.findings), ("UTF-8", vec![]));
}

#[test]
fn a_label_is_believed() {
    for encoding in [WINDOWS_1256, ISO_8859_6, UTF_16LE, UTF_16BE] {
        let content_type = format!("text/plain; format=flowed; Charset=\"{}\"", encoding.name());
        let bytes = bytes(encoding);
        let decoded = decode(&bytes, Some(&content_type));
        assert_eq!(decoded.text, STORY, "{content_type}");
        assert_eq!((decoded.charset, decoded.findings), (encoding.name(), vec![]));
    }
}

#[test]
fn bytes_without_a_label_show_their_charset() {
    for encoding in [WINDOWS_1256, ISO_8859_6, UTF_16LE, UTF_16BE] {
        let bytes = bytes(encoding);
        let decoded = decode(&bytes, None);
        assert_eq!(decoded.text, STORY, "{}", encoding.name());
        assert_eq!(codes(&decoded), [Code::CharsetGuessed]);
    }
}

#[test]
fn a_byte_order_mark_outdoes_the_label_and_goes() {
    let mut marked = vec![0xFE, 0xFF];
    marked.extend(bytes(UTF_16BE));
    assert_eq!(decode(&marked, Some("text/plain; charset=utf-8")).text, STORY);
    let marked = format!("\u{FEFF}{STORY}");
    assert_eq!(decode(marked.as_bytes(), None).text, STORY);
}

#[test]
fn a_label_that_the_bytes_contradict_is_not_believed() {
    let bytes = bytes(WINDOWS_1256);
    for label in ["utf-8", "iso-8859-1", "windows-1252", "utf-16", "nonsense"] {
        let decoded = decode(&bytes, Some(&format!("text/plain; charset={label}")));
        assert_eq!(decoded.text, STORY, "{label}");
        assert_eq!(codes(&decoded), [Code::CharsetGuessed], "{label}");
    }
    for label in ["windows-1256", "iso-8859-6", "iso-8859-1"] {
        let decoded = decode(STORY.as_bytes(), Some(&format!("text/plain; charset={label}")));
        assert_eq!(decoded.text, STORY, "{label}");
    }
}

#[test]
fn a_page_declares_its_own_charset() {
    for head in [
        "<html><meta http-equiv=Content-Type content=\"text/html; charset=windows-1256\">",
        "<meta charset='windows-1256'>",
        "<?xml version=\"1.0\" encoding=\"windows-1256\"?>",
    ] {
        let mut page = head.as_bytes().to_vec();
        page.extend(bytes(WINDOWS_1256));
        let decoded = decode(&page, Some("text/html"));
        assert!(decoded.text.ends_with(STORY), "{head}");
        assert_eq!((decoded.charset, decoded.findings), ("windows-1256", vec![]));
    }
}

#[test]
fn broken_bytes_are_replaced_and_counted() {
    let cut = &STORY.as_bytes()[..STORY.len() - 2];
    let decoded = decode(cut, None);
    assert!(decoded.text.ends_with('\u{FFFD}'));
    assert_eq!(codes(&decoded), [Code::InvalidBytes]);
    let decoded = decode(cut, Some("text/plain; charset=utf-8"));
    assert_eq!((decoded.charset, codes(&decoded)), ("UTF-8", vec![Code::InvalidBytes]));
}

#[test]
fn text_read_in_a_wrong_charset_is_recovered() {
    let bytes = bytes(WINDOWS_1256);
    let garbled = WINDOWS_1252.decode_without_bom_handling(&bytes).0.into_owned();
    let decoded = decode(garbled.as_bytes(), None);
    assert_eq!((decoded.text.as_ref(), codes(&decoded)), (STORY, vec![Code::MojibakeRecovered]));

    let garbled = WINDOWS_1252.decode_without_bom_handling(STORY.as_bytes()).0.into_owned();
    assert_eq!(decode(garbled.as_bytes(), None).text, STORY);
}

#[test]
fn damaged_or_foreign_text_is_left_alone() {
    let garbled = WINDOWS_1252.decode_without_bom_handling(&bytes(WINDOWS_1256)).0.into_owned();
    let damaged = garbled.replace('í', "*");
    assert_eq!(decode(damaged.as_bytes(), None).text, damaged);
    let french = "Déjà été évoqué à l'été dernier, où l'élève zélé a cédé à Noël ".repeat(9);
    assert_eq!(decode(french.as_bytes(), None).text, french);
}

#[test]
fn any_bytes_at_all_give_text() {
    let mut seed = 7_u32;
    for len in 0..300 {
        let bytes: Vec<u8> = (0..len)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u8::try_from(seed >> 24).unwrap()
            })
            .collect();
        for label in [None, Some("text/html; charset="), Some(";;charset=utf-16le;=")] {
            let decoded = decode(&bytes, label);
            assert!(decoded.text.len() <= 3 * bytes.len().max(1));
        }
    }
    assert_eq!(decode(b"", None).text, "");
    assert_eq!(decode(b"a\0b", None).text, "a\0b");
}
