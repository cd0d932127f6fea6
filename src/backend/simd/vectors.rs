//! Kinds of vectors, and which of them the processor has.

/// Instructions that train several networks at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vectors {
    /// 16 networks a vector, on x86-64.
    Avx512,
    /// 8 networks a vector, on x86-64, with fused multiply-add.
    Avx2,
    /// 4 networks a vector, on 64-bit ARM.
    Neon,
    /// Whatever the compiler makes of arrays, anywhere.
    Portable,
}

impl Vectors {
    /// Every kind, the widest first.
    pub const ALL: [Self; 4] = [Self::Avx512, Self::Avx2, Self::Neon, Self::Portable];

    /// Whether this processor has the instructions.
    pub fn are_available(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => is_x86_feature_detected!("avx512f"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            Self::Neon => cfg!(target_arch = "aarch64"),
            Self::Portable => true,
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512 | Self::Avx2 => false,
        }
    }

    /// Whether there are kernels in f64, with half the networks a vector.
    pub fn have_double(self) -> bool {
        self != Self::Portable
    }

    /// The widest kind that this processor has.
    pub fn widest() -> Self {
        Self::ALL.into_iter().find(|vectors| vectors.are_available()).unwrap_or(Self::Portable)
    }
}

impl std::fmt::Display for Vectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Avx512 => "AVX-512",
            Self::Avx2 => "AVX2",
            Self::Neon => "NEON",
            Self::Portable => "portable vector",
        })
    }
}
