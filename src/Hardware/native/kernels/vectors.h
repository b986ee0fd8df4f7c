// Long vectors: STREAM's four loops, what BLAS calls level 1, and conversion to bfloat16.
#pragma once

FACTORY_KERNEL factory_copy(float *a, const float *b, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first;
    each_of_block(chunk.count, [=](int i) { a[i] = b[i]; });
}

FACTORY_KERNEL factory_scale(float *a, const float *b, float scale, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first;
    each_of_block(chunk.count, [=](int i) { a[i] = scale * b[i]; });
}

FACTORY_KERNEL factory_add(float *a, const float *b, const float *c, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first, c += chunk.first;
    each_of_block(chunk.count, [=](int i) { a[i] = b[i] + c[i]; });
}

FACTORY_KERNEL factory_multiply(float *a, const float *b, const float *c, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first, c += chunk.first;
    each_of_block(chunk.count, [=](int i) { a[i] = b[i] * c[i]; });
}

// a = b + scale * c
FACTORY_KERNEL factory_triad(float *a, const float *b, const float *c, float scale, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first, c += chunk.first;
    each_of_block(chunk.count, [=](int i) { a[i] = fmaf(scale, c[i], b[i]); });
}

// y = y + scale * x
FACTORY_KERNEL factory_axpy(float *y, const float *x, float scale, long long n) {
    const Chunk chunk = chunk_of(n);
    y += chunk.first, x += chunk.first;
    each_of_block(chunk.count, [=](int i) { y[i] = fmaf(scale, x[i], y[i]); });
}

FACTORY_KERNEL factory_square_root(float *values, long long n) {
    const Chunk chunk = chunk_of(n);
    values += chunk.first;
    each_of_block(chunk.count, [=](int i) { values[i] = __fsqrt_rn(values[i]); });
}

// bfloat16 is the upper half of a float, rounded to nearest, ties to even. Infinity stays, what is too large
// becomes infinity, and a NaN stays one: its quiet bit is set, because its payload may lie in the lower half.
__device__ static inline unsigned short to_bfloat16(float value) {
    const unsigned bits = static_cast<unsigned>(__float_as_int(value));
    const unsigned rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const unsigned quiet = (bits >> 16) | 0x40u;
    return static_cast<unsigned short>((bits & 0x7fffffffu) > 0x7f800000u ? quiet : rounded);
}

__device__ static inline float widened(float value) { return value; }
__device__ static inline float widened(unsigned short bits) {
    return __int_as_float(static_cast<int>(static_cast<unsigned>(bits) << 16));
}

FACTORY_KERNEL factory_bfloat16(unsigned short *output, const float *values, long long n) {
    const Chunk chunk = chunk_of(n);
    output += chunk.first, values += chunk.first;
    each_of_block(chunk.count, [=](int i) { output[i] = to_bfloat16(values[i]); });
}

// parts[block] = sum of the block's chunk. Launched again over the parts until one is left.
template <typename Team> __device__ static inline void reduction(Team team, const float *values, float *parts, long long n) {
    const Chunk chunk = chunk_of(n);
    const float *own = values + chunk.first;
    const float total = team.sum(chunk.count, [=](int i) { return own[i]; });
    team.once([=] { parts[blockIdx.x] = total; });
}
FACTORY_TEAM_KERNEL(reduction_threads, reduction, (const float *values, float *parts, long long n), values, parts, n)

template <typename Team>
__device__ static inline void dot(Team team, const float *a, const float *b, float *parts, long long n) {
    const Chunk chunk = chunk_of(n);
    a += chunk.first, b += chunk.first;
    const float total = team.sum(chunk.count, [=](int i) { return a[i] * b[i]; });
    team.once([=] { parts[blockIdx.x] = total; });
}
FACTORY_TEAM_KERNEL(reduction_threads, dot, (const float *a, const float *b, float *parts, long long n), a, b, parts, n)

// A NaN is larger than nothing, so it is never the result.
template <typename Team> __device__ static inline void largest(Team team, const float *values, float *parts, long long n) {
    const Chunk chunk = chunk_of(n);
    const float *own = values + chunk.first;
    const float most = team.largest(chunk.count, [=](int i) { return own[i]; });
    team.once([=] { parts[blockIdx.x] = most; });
}
FACTORY_TEAM_KERNEL(reduction_threads, largest, (const float *values, float *parts, long long n), values, parts, n)

// Where the largest lies; of equals the first. The second pass takes the first one's parts and their places.
template <typename Team>
__device__ static inline void place_of_largest(Team team, const float *values, const int *places, float *parts,
                                               int *part_places, long long n) {
    const Chunk chunk = chunk_of(n);
    const float *own = values + chunk.first;
    const float most = team.largest(chunk.count, [=](int i) { return own[i]; });
    // The least place that holds it is the largest of the negated ones; within a chunk a float holds them all.
    const float least = -team.largest(chunk.count, [=](int i) {
        return own[i] == most ? -static_cast<float>(i) : lowest;
    });
    team.once([=] {
        const int at = least < static_cast<float>(chunk.count) ? static_cast<int>(least) : 0;
        parts[blockIdx.x] = most;
        part_places[blockIdx.x] = places != nullptr ? places[chunk.first + at] : static_cast<int>(chunk.first) + at;
    });
}
FACTORY_TEAM_KERNEL(reduction_threads, place_of_largest,
                    (const float *values, const int *places, float *parts, int *part_places, long long n), values,
                    places, parts, part_places, n)
