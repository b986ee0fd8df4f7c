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
