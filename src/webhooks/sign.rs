//! Signatures of Standard Webhooks: HMAC-SHA256 over id, moment and body.
//!
//! A secret is `whsec_` and base64; several, separated by spaces or commas, each sign, so that a receiver
//! can be moved from one to the next.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// The value of `webhook-signature`; `None` where no secret can be used.
pub(super) fn signature(
    secrets: &SecretString,
    (id, timestamp): (&str, i64),
    body: &str,
) -> Option<String> {
    let signed = keys(secrets).filter_map(|key| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body.as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    let signed: Vec<String> = signed.collect();
    (!signed.is_empty()).then(|| signed.join(" "))
}

/// Whether each of the secrets can be used.
pub(crate) fn is_usable(secrets: &SecretString) -> bool {
    let given = words(secrets.expose_secret()).count();
    given > 0 && keys(secrets).count() == given
}

fn keys(secrets: &SecretString) -> impl Iterator<Item = Vec<u8>> + '_ {
    words(secrets.expose_secret()).filter_map(|word| {
        let key = STANDARD.decode(word.strip_prefix("whsec_")?).ok()?;
        // The standard asks for 24 to 64 bytes.
        (24..=64).contains(&key.len()).then_some(key)
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', '\n', '\t']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_that_the_standards_libraries_make() {
        // The example of the standard's own libraries.
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = "{\"test\": 2432232314}";
        let signed = signature(&secret, ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330), body);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn several_secrets_each_sign_and_what_is_none_does_not() {
        let one = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let both = SecretString::from(format!("{one} {}", one.replace("MfK", "NfK")));
        let signed = signature(&both, ("id", 1), "{}").unwrap();
        assert_eq!(signed.split(' ').count(), 2);
        assert!(is_usable(&both));
        for none in ["", "secret", "whsec_short", "whsec_!!!!"] {
            let none = SecretString::from(none);
            assert_eq!(signature(&none, ("id", 1), "{}"), None);
            assert!(!is_usable(&none));
        }
        assert!(!is_usable(&SecretString::from(format!("{one} secret"))));
    }
}
