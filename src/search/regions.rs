//! Regions by the code of their place (GB/T 2260): what lies in what. Knows no index.

/// Whether this is a region code: six digits.
pub(super) fn is_region(code: &str) -> bool {
    code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// The code with its trailing pairs of zeros cut off: what all codes of the regions in it begin with. Two digits stay.
///
/// Anything but six digits is taken whole.
pub(super) fn region_prefix(code: &str) -> &str {
    if !is_region(code) {
        return code;
    }
    match code.as_bytes() {
        [.., b'0', b'0', b'0', b'0'] => &code[..2],
        [.., b'0', b'0'] => &code[..4],
        _ => code,
    }
}

/// The region itself and the province and city it lies in, each as its prefix.
pub(super) fn region_and_above(code: &str) -> Vec<&str> {
    let own = region_prefix(code);
    if !is_region(code) {
        return vec![own];
    }
    [2, 4, 6]
        .into_iter()
        .filter(|&length| length <= own.len())
        .map(|length| &own[..length])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_lie_in_their_city_and_province() {
        assert_eq!(region_and_above("610323"), ["61", "6103", "610323"]);
        assert_eq!(region_and_above("610300"), ["61", "6103"]);
        assert_eq!(region_and_above("610000"), ["61"]);
        assert_eq!(region_and_above("000000"), ["00"]);
        assert_eq!(region_and_above("高新区"), ["高新区"]);
        assert_eq!(region_prefix("6103"), "6103");
    }
}
