// Functions that every device rounds alike, and what the threads of a block agree on.
#pragma once

constexpr int warp_size = 32;
constexpr int row_threads = 128;
constexpr int reduction_threads = 256;
// Coarse enough that a block is worth starting on a CPU thread, fine enough to fill a GPU.
constexpr long long chunk_elements = 16384;
// Below every finite value that a kernel meets: where a search for the largest begins.
constexpr float lowest = -3.0e38f;

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

// ln x for a normal, positive x: the polynomial of Cephes' logf over [sqrt(1/2), sqrt(2)), about 1 ulp.
__device__ static inline float logarithm(float x) {
    const int offset = 0x3f3504f3; // the bits of sqrt(1/2)
    const int bits = __float_as_int(x) - offset;
    const float exponent = static_cast<float>(bits >> 23);
    const float f = __int_as_float((bits & 0x7fffff) + offset) - 1.0f;
    const float square = f * f;
    float sum = 7.0376836292e-2f;
    sum = fmaf(sum, f, -1.1514610310e-1f);
    sum = fmaf(sum, f, 1.1676998740e-1f);
    sum = fmaf(sum, f, -1.2420140846e-1f);
    sum = fmaf(sum, f, 1.4249322787e-1f);
    sum = fmaf(sum, f, -1.6668057665e-1f);
    sum = fmaf(sum, f, 2.0000714765e-1f);
    sum = fmaf(sum, f, -2.4999993993e-1f);
    sum = fmaf(sum, f, 3.3333331174e-1f);
    sum = sum * f * square;
    sum = fmaf(exponent, -2.12194440e-4f, sum);
    sum = fmaf(square, -0.5f, sum);
    return fmaf(exponent, 0.693359375f, f + sum);
}

// 1 / (1 + e^-x)
__device__ static inline float sigmoid(float x) { return 1.0f / (1.0f + exponential(-x)); }

__device__ static inline float larger(float left, float right) { return right > left ? right : left; }

// One value of all the block's threads, in every thread. The closing barrier lets the caller use `parts` again at once.
template <typename Join>
__device__ static inline float block_join(float value, float *parts, int threads, Join join) {
    const int thread = threadIdx.x;
    for (int offset = warp_size / 2; offset > 0; offset /= 2) {
        value = join(value, __shfl_down_sync(0xffffffffu, value, offset));
    }
    if (thread % warp_size == 0) {
        parts[thread / warp_size] = value;
    }
    __syncthreads();
    float total = parts[0];
    for (int warp = 1; warp < threads / warp_size; warp++) {
        total = join(total, parts[warp]);
    }
    __syncthreads();
    return total;
}

__device__ static inline float block_sum(float value, float *parts, int threads) {
    return block_join(value, parts, threads, [](float left, float right) { return left + right; });
}

__device__ static inline float block_largest(float value, float *parts, int threads) {
    return block_join(value, parts, threads, [](float left, float right) { return larger(left, right); });
}
