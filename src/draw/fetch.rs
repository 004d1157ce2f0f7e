//! Fetches a round of the beacon from its relays, where the network allows. A relay is not believed: a round proves itself.

use gongshi_verify::encoding::bytes_of_hex;
use serde::Deserialize;
use std::time::Duration;

/// The chain's hash, by which relays know it (quicknet).
const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// How long a relay may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer in bytes.
const MOST: u64 = 4096;

/// Relays of the beacon, asked in turn.
pub struct Relays {
    urls: Vec<String>,
    agent: ureq::Agent,
}

#[derive(Deserialize)]
struct Round {
    round: u64,
    signature: String,
}

impl Relays {
    /// Relays by their addresses, such as `https://api.drand.sh`.
    pub fn new(urls: Vec<String>) -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(PATIENCE))
            .build();
        Relays {
            urls,
            agent: agent.into(),
        }
    }

    /// The signature of a round, as the first relay that answers has it.
    ///
    /// # Errors
    /// Why none has, in English.
    pub fn fetch(&self, round: u64) -> Result<Vec<u8>, String> {
        let mut reasons = Vec::new();
        for url in &self.urls {
            match self.ask(url, round) {
                Ok(signature) => return Ok(signature),
                Err(reason) => reasons.push(format!("{url}: {reason}")),
            }
        }
        Err(reasons.join("; "))
    }

    fn ask(&self, url: &str, round: u64) -> Result<Vec<u8>, String> {
        let url = format!("{}/{CHAIN}/public/{round}", url.trim_end_matches('/'));
        let mut answer = self
            .agent
            .get(&url)
            .call()
            .map_err(|error| error.to_string())?;
        let text = answer.body_mut().with_config().limit(MOST).read_to_string();
        let text = text.map_err(|error| error.to_string())?;
        let found: Round = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        match found.round == round {
            true => bytes_of_hex(&found.signature).map_err(|error| error.to_string()),
            false => Err(format!("it answers with round {}", found.round)),
        }
    }
}
