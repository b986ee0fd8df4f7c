// The kernels an operator runs to accept and watch a device. One source for the GPU and the CPU device.
// Every rounding is written out (fmaf, no contraction, an order of summation that depends on the sizes
// alone), so all devices agree bit for bit.
#include "kernel_language.h"

constexpr int sgemm_tile = 64;
constexpr int sgemm_depth = 16;
constexpr int sgemm_threads = 256;
constexpr int warp_size = 32;
constexpr int row_threads = 128;
constexpr int reduction_threads = 256;
// Coarse enough that a block is worth starting on a CPU thread, fine enough to fill a GPU.
constexpr long long chunk_elements = 16384;

// e^x by range reduction and a degree-7 polynomial; about 1 ulp for -87 <= x <= 88, clamped outside.
__device__ static inline float exponential(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float rounding = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
    const float shifted = fmaf(x, 1.44269504f, rounding);
    const float whole = shifted - rounding;
    float rest = fmaf(whole, -0.693359375f, x);
    rest = fmaf(whole, 2.12194440e-4f, rest);
    float sum = 1.98412698e-4f;
    sum = fmaf(sum, rest, 1.38888889e-3f);
    sum = fmaf(sum, rest, 8.33333333e-3f);
    sum = fmaf(sum, rest, 4.16666667e-2f);
    sum = fmaf(sum, rest, 1.66666667e-1f);
    sum = fmaf(sum, rest, 0.5f);
    sum = fmaf(sum, rest, 1.0f);
    sum = fmaf(sum, rest, 1.0f);
    return sum * __int_as_float((static_cast<int>(whole) + 127) << 23);
}

__device__ static inline float warp_sum(float value) {
    for (int offset = warp_size / 2; offset > 0; offset /= 2) {
        value += __shfl_down_sync(0xffffffffu, value, offset);
    }
    return value;
}

__device__ static inline float warp_largest(float value) {
    for (int offset = warp_size / 2; offset > 0; offset /= 2) {
        const float other = __shfl_down_sync(0xffffffffu, value, offset);
        value = other > value ? other : value;
    }
    return value;
}

// The block's sum in every thread. The closing barrier lets the caller use `parts` again at once.
__device__ static inline float block_sum(float value, float *parts, int threads) {
    const int thread = threadIdx.x;
    value = warp_sum(value);
    if (thread % warp_size == 0) {
        parts[thread / warp_size] = value;
    }
    __syncthreads();
    float total = parts[0];
    for (int warp = 1; warp < threads / warp_size; warp++) {
        total += parts[warp];
    }
    __syncthreads();
    return total;
}

__device__ static inline float block_largest(float value, float *parts, int threads) {
    const int thread = threadIdx.x;
    value = warp_largest(value);
    if (thread % warp_size == 0) {
        parts[thread / warp_size] = value;
    }
    __syncthreads();
    float largest = parts[0];
    for (int warp = 1; warp < threads / warp_size; warp++) {
        largest = parts[warp] > largest ? parts[warp] : largest;
    }
    __syncthreads();
    return largest;
}

// c (m x n) = a (m x k) * b (k x n), rows contiguous. A block computes one 64 x 64 tile.
FACTORY_KERNEL __launch_bounds__(sgemm_threads)
factory_sgemm(const float *a, const float *b, float *c, int m, int n, int k) {
    __shared__ float tile_a[sgemm_depth][sgemm_tile];
    __shared__ float tile_b[sgemm_depth][sgemm_tile];
    const int thread = threadIdx.x;
    const int first_row = blockIdx.y * sgemm_tile;
    const int first_column = blockIdx.x * sgemm_tile;
    const int row = thread / 16 * 4;
    const int column = thread % 16 * 4;
    float sum[4][4] = {};
    for (int depth = 0; depth < k; depth += sgemm_depth) {
        for (int i = thread; i < sgemm_tile * sgemm_depth; i += sgemm_threads) {
            const int a_row = first_row + i / sgemm_depth, a_depth = depth + i % sgemm_depth;
            tile_a[i % sgemm_depth][i / sgemm_depth] =
                a_row < m && a_depth < k ? a[static_cast<long long>(a_row) * k + a_depth] : 0.0f;
            const int b_depth = depth + i / sgemm_tile, b_column = first_column + i % sgemm_tile;
            tile_b[i / sgemm_tile][i % sgemm_tile] =
                b_depth < k && b_column < n ? b[static_cast<long long>(b_depth) * n + b_column] : 0.0f;
        }
        __syncthreads();
#pragma unroll
        for (int step = 0; step < sgemm_depth; step++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    sum[i][j] = fmaf(tile_a[step][row + i], tile_b[step][column + j], sum[i][j]);
                }
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
            if (first_row + row + i < m && first_column + column + j < n) {
                c[static_cast<long long>(first_row + row + i) * n + first_column + column + j] = sum[i][j];
            }
        }
    }
}

// a = b + scale * c
FACTORY_KERNEL factory_triad(float *a, const float *b, const float *c, float scale, long long n) {
    const long long first = blockIdx.x * chunk_elements;
    const long long end = first + chunk_elements < n ? first + chunk_elements : n;
    const long long step = blockDim.x;
    for (long long i = first + threadIdx.x; i < end; i += step) {
        a[i] = fmaf(scale, c[i], b[i]);
    }
}

// parts[block] = sum of the block's chunk. Launched again over the parts until one is left.
FACTORY_KERNEL __launch_bounds__(reduction_threads)
factory_reduction(const float *values, float *parts, long long n) {
    __shared__ float warps[reduction_threads / warp_size];
    const long long first = blockIdx.x * chunk_elements;
    const long long end = first + chunk_elements < n ? first + chunk_elements : n;
    float sum = 0.0f;
    for (long long i = first + threadIdx.x; i < end; i += reduction_threads) {
        sum += values[i];
    }
    sum = block_sum(sum, warps, reduction_threads);
    if (threadIdx.x == 0) {
        parts[blockIdx.x] = sum;
    }
}

// One block a row.
FACTORY_KERNEL __launch_bounds__(row_threads)
factory_softmax(const float *input, float *output, int columns) {
    __shared__ float warps[row_threads / warp_size];
    const int thread = threadIdx.x;
    const float *row = input + static_cast<long long>(blockIdx.x) * columns;
    float *result = output + static_cast<long long>(blockIdx.x) * columns;
    float largest = -3.0e38f;
    for (int i = thread; i < columns; i += row_threads) {
        largest = row[i] > largest ? row[i] : largest;
    }
    largest = block_largest(largest, warps, row_threads);
    float sum = 0.0f;
    for (int i = thread; i < columns; i += row_threads) {
        const float value = exponential(row[i] - largest);
        result[i] = value;
        sum += value;
    }
    sum = block_sum(sum, warps, row_threads);
    for (int i = thread; i < columns; i += row_threads) {
        result[i] = result[i] / sum;
    }
}

// One decode step: one query per head attends to all its tokens. Keys lie transposed (head, dim, token) so
// that neighbouring threads read neighbouring words; values lie (head, token, dim). One block a head.
FACTORY_KERNEL __launch_bounds__(row_threads)
factory_decode_attention(const float *query, const float *keys, const float *values, float *scores,
                         float *output, int tokens, int dim, float scale) {
    __shared__ float warps[row_threads / warp_size];
    const int thread = threadIdx.x;
    const long long head = blockIdx.x;
    const float *q = query + head * dim;
    const float *k = keys + head * dim * tokens;
    const float *v = values + head * dim * tokens;
    float *score = scores + head * tokens;
    float largest = -3.0e38f;
    for (int token = thread; token < tokens; token += row_threads) {
        float dot = 0.0f;
        for (int d = 0; d < dim; d++) {
            dot = fmaf(q[d], k[static_cast<long long>(d) * tokens + token], dot);
        }
        dot *= scale;
        score[token] = dot;
        largest = dot > largest ? dot : largest;
    }
    largest = block_largest(largest, warps, row_threads);
    float sum = 0.0f;
    for (int token = thread; token < tokens; token += row_threads) {
        const float weight = exponential(score[token] - largest);
        score[token] = weight;
        sum += weight;
    }
    sum = block_sum(sum, warps, row_threads);
    for (int d = thread; d < dim; d += row_threads) {
        float result = 0.0f;
        for (int token = 0; token < tokens; token++) {
            result = fmaf(score[token], v[static_cast<long long>(token) * dim + d], result);
        }
        output[head * dim + d] = result / sum;
    }
}

// What memory must hold: 0 its own address, 1 the address inverted, 2 a walking one, 3 a walking zero,
// 4 alternating bits, 5 a hash of address and seed.
__device__ static inline unsigned pattern_word(int pattern, unsigned long long index, unsigned seed) {
    const unsigned address = static_cast<unsigned>(index) ^ static_cast<unsigned>(index >> 32);
    switch (pattern) {
    case 0:
        return address;
    case 1:
        return ~address;
    case 2:
        return 1u << (address & 31u);
    case 3:
        return ~(1u << (address & 31u));
    case 4:
        return (address & 1u) != 0 ? 0xaaaaaaaau : 0x55555555u;
    default: {
        unsigned word = (address ^ seed) * 0x9e3779b1u;
        word = (word ^ (word >> 15)) * 0x85ebca6bu;
        return word ^ (word >> 13);
    }
    }
}

FACTORY_KERNEL factory_pattern_write(unsigned *words, long long n, int pattern, unsigned seed) {
    const long long first = blockIdx.x * chunk_elements;
    const long long end = first + chunk_elements < n ? first + chunk_elements : n;
    const long long step = blockDim.x;
    for (long long i = first + threadIdx.x; i < end; i += step) {
        words[i] = pattern_word(pattern, static_cast<unsigned long long>(i), seed);
    }
}

// result[0] counts the wrong words and result[1] sums what was read, so that a device which skips the
// reading cannot pass.
FACTORY_KERNEL factory_pattern_check(const unsigned *words, long long n, int pattern, unsigned seed, unsigned *result) {
    const long long first = blockIdx.x * chunk_elements;
    const long long end = first + chunk_elements < n ? first + chunk_elements : n;
    const long long step = blockDim.x;
    unsigned wrong = 0, sum = 0;
    for (long long i = first + threadIdx.x; i < end; i += step) {
        const unsigned word = words[i];
        wrong += word != pattern_word(pattern, static_cast<unsigned long long>(i), seed) ? 1u : 0u;
        sum += word;
    }
    if (wrong != 0) {
        atomicAdd(&result[0], wrong);
    }
    atomicAdd(&result[1], sum);
}

// Takes a barrier in half the block when `diverge` is set. A GPU may hang on it; a device that can see the
// mistake must report it. Only tests run it.
FACTORY_KERNEL factory_uneven_barrier(unsigned *words, int diverge) {
    if (diverge == 0 || threadIdx.x < blockDim.x / 2) {
        __syncthreads();
    }
    words[threadIdx.x] = threadIdx.x;
}

// Writes past the end of a buffer when told to: what an illegal address looks like. Only tests run it.
FACTORY_KERNEL factory_wild_write(unsigned *words, long long index) {
    if (threadIdx.x == 0) {
        words[index] = 1u;
    }
}
