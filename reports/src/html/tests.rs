use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::{POLICY, SCRIPT, STYLE};

/// As a browser reads it: the content of the element, with line feeds only.
fn hash(content: &str) -> String {
    let content = content.replace("\r\n", "\n");
    let hash = BASE64_STANDARD.encode(Sha256::digest(content));
    format!("'sha256-{hash}'")
}

#[test]
fn the_policy_allows_the_style_and_the_script() {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT),
    );
    assert_eq!(POLICY, policy);
}
