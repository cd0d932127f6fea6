// Philox4x32-10 (Salmon, Moraes, Dror & Shaw, SC'11). Rust twin: src/seed/philox.rs and src/seed/mod.rs.

// High word of a 32 x 32 bit product, from 16-bit halves: WGSL has no such operation.
fn multiply_high(a: u32, b: u32) -> u32 {
    let a_low = a & 0xffffu;
    let a_high = a >> 16u;
    let b_low = b & 0xffffu;
    let b_high = b >> 16u;
    let low = a_low * b_low;
    let middle = a_high * b_low + (low >> 16u);
    let carried = a_low * b_high + (middle & 0xffffu);
    return a_high * b_high + (middle >> 16u) + (carried >> 16u);
}

// Four random words from a counter and a key.
fn philox4x32(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var x = counter;
    var k = key;
    for (var round = 0u; round < 10u; round += 1u) {
        x = vec4<u32>(
            multiply_high(0xCD9E8D57u, x.z) ^ x.y ^ k.x,
            0xCD9E8D57u * x.z,
            multiply_high(0xD2511F53u, x.x) ^ x.w ^ k.y,
            0xD2511F53u * x.x,
        );
        k += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return x;
}

// Four consecutive random words: block `block` of a network's words for `purpose`. Low words come first.
fn random_words(seed: vec2<u32>, network: vec2<u32>, purpose: u32, block: u32) -> vec4<u32> {
    return philox4x32(vec4<u32>(network, purpose, block), seed);
}
