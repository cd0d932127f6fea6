"""Philox4x32-10 in plain integers (Salmon et al., SC'11): the words that `philox.json` holds.

For: an implementation that shares nothing with the Rust and WGSL ones. Not for: speed.
NumPy's own Philox is the 4x64 variant, so it can't serve here.
"""

MASK = 0xFFFFFFFF
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUND_COUNT = 10

# (counter, key, words) as published with Random123 (kat_vectors, philox4x32 10).
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((MASK,) * 4, (MASK,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def block(counter, key):
    """Four 32-bit words for a counter of four words and a key of two."""
    c, k = list(counter), list(key)
    for _ in range(ROUND_COUNT):
        left, right = MULTIPLIERS[0] * c[0], MULTIPLIERS[1] * c[2]
        c = [(right >> 32) ^ c[1] ^ k[0], right & MASK, (left >> 32) ^ c[3] ^ k[1], left & MASK]
        k = [(k[0] + WEYL[0]) & MASK, (k[1] + WEYL[1]) & MASK]
    return tuple(c)


def network_block(seed, network, purpose, block_index):
    """The block of one network: key = seed, counter = (network low, network high, purpose, block)."""
    counter = (network & MASK, network >> 32, purpose, block_index)
    return block(counter, (seed & MASK, seed >> 32))


def word(seed, network, purpose, position):
    """Word `position` of a purpose: lane position % 4 of block position // 4."""
    return network_block(seed, network, purpose, position // 4)[position % 4]


def check_published():
    """Raises unless the published vectors come out."""
    for counter, key, words in PUBLISHED:
        if block(counter, key) != words:
            raise AssertionError(f"Philox4x32-10 differs from the published vector of counter {counter}")
