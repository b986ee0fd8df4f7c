// The widest vector of floats this kernel set has, and the few operations that hot loops need of it. Written with
// vectors because GCC 12 keeps sums in memory otherwise, at a tenth of the speed.
#pragma once

#if defined(__AVX512F__)

using Lanes = __m512;
constexpr int lanes = 16;
static inline Lanes load(const float *at) { return _mm512_loadu_ps(at); }
static inline void store(float *at, Lanes value) { _mm512_storeu_ps(at, value); }
static inline Lanes spread(const float *at) { return _mm512_set1_ps(*at); }
static inline Lanes add_product(Lanes a, Lanes b, Lanes sum) { return _mm512_fmadd_ps(a, b, sum); }

#elif defined(__AVX2__) && defined(__FMA__)

using Lanes = __m256;
constexpr int lanes = 8;
static inline Lanes load(const float *at) { return _mm256_loadu_ps(at); }
static inline void store(float *at, Lanes value) { _mm256_storeu_ps(at, value); }
static inline Lanes spread(const float *at) { return _mm256_broadcast_ss(at); }
static inline Lanes add_product(Lanes a, Lanes b, Lanes sum) { return _mm256_fmadd_ps(a, b, sum); }

#else

using Lanes = float;
constexpr int lanes = 1;
static inline Lanes load(const float *at) { return *at; }
static inline void store(float *at, Lanes value) { *at = value; }
static inline Lanes spread(const float *at) { return *at; }
static inline Lanes add_product(Lanes a, Lanes b, Lanes sum) { return fmaf(a, b, sum); }

#endif

// Eight floats from each of eight lines become eight floats of each of eight columns.
#if defined(__AVX2__)
constexpr int turned = 8;
static inline void turn(const float *source, long long step, float *target, long long pitch) {
    __m256 lines[turned], pairs[turned], quads[turned];
    for (int i = 0; i < turned; i++) {
        lines[i] = _mm256_loadu_ps(source + i * step);
    }
    for (int i = 0; i < turned; i += 2) {
        pairs[i] = _mm256_unpacklo_ps(lines[i], lines[i + 1]);
        pairs[i + 1] = _mm256_unpackhi_ps(lines[i], lines[i + 1]);
    }
    for (int i = 0; i < turned; i += 4) {
        quads[i] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0x44);
        quads[i + 1] = _mm256_shuffle_ps(pairs[i], pairs[i + 2], 0xee);
        quads[i + 2] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0x44);
        quads[i + 3] = _mm256_shuffle_ps(pairs[i + 1], pairs[i + 3], 0xee);
    }
    for (int i = 0; i < turned / 2; i++) {
        _mm256_storeu_ps(target + i * pitch, _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x20));
        _mm256_storeu_ps(target + (i + 4) * pitch, _mm256_permute2f128_ps(quads[i], quads[i + 4], 0x31));
    }
}
#else
constexpr int turned = 1;
static inline void turn(const float *source, long long, float *target, long long) { *target = *source; }
#endif
