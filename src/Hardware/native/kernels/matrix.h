// Matrix products c = a b, a batch of them in one launch. A letter says how a factor lies in memory: N as
// rows of the product's own shape, T transposed. bfloat16 factors are widened, which is exact, and summed in
// single precision.
#pragma once

constexpr int gemm_tile = 64;
constexpr int gemm_depth = 16;
constexpr int gemm_threads = 256;

// A grid is as wide as the tiles of one product's columns, times the batch.
struct GemmBlock {
    int product, first_row, first_column;
};

__device__ static inline GemmBlock gemm_block_of(int n) {
    const int across = (n + gemm_tile - 1) / gemm_tile;
    const int column = blockIdx.x;
    return {column / across, static_cast<int>(blockIdx.y) * gemm_tile, column % across * gemm_tile};
}

// Element (row, column) of a factor of `rows` x `columns`; zero outside.
template <bool Transposed, typename Input>
__device__ static inline Input factor_at(const Input *factor, int row, int column, int rows, int columns) {
    const long long at = Transposed ? static_cast<long long>(column) * rows + row : static_cast<long long>(row) * columns + column;
    return row < rows && column < columns ? factor[at] : Input{};
}

// Neighbouring threads read neighbouring elements of memory, whichever way the factor lies.
template <bool Transposed> __device__ static inline int lane_across(int i, int across, int along) {
    return Transposed ? i / along : i % across;
}
template <bool Transposed> __device__ static inline int lane_along(int i, int across, int along) {
    return Transposed ? i % along : i / across;
}

// m, n, k as BLAS has them; a_step, b_step and c_step are elements from one product of the batch to the next.
template <bool TransposedA, bool TransposedB, typename Input>
__device__ static inline void matrix_product(const Input *a, const Input *b, float *c, int m, int n, int k, long long a_step,
                                             long long b_step, long long c_step) {
    __shared__ float tile_a[gemm_depth][gemm_tile];
    __shared__ float tile_b[gemm_depth][gemm_tile];
    const GemmBlock block = gemm_block_of(n);
    a += block.product * a_step, b += block.product * b_step, c += block.product * c_step;
    const int thread = threadIdx.x;
    const int row = thread / 16 * 4;
    const int column = thread % 16 * 4;
    float sum[4][4] = {};
    for (int depth = 0; depth < k; depth += gemm_depth) {
        for (int i = thread; i < gemm_tile * gemm_depth; i += gemm_threads) {
            const int a_depth = lane_across<TransposedA>(i, gemm_depth, gemm_tile);
            const int a_row = lane_along<TransposedA>(i, gemm_depth, gemm_tile);
            tile_a[a_depth][a_row] = widened(factor_at<TransposedA>(a, block.first_row + a_row, depth + a_depth, m, k));
            const int b_column = lane_across<TransposedB>(i, gemm_tile, gemm_depth);
            const int b_depth = lane_along<TransposedB>(i, gemm_tile, gemm_depth);
            tile_b[b_depth][b_column] = widened(factor_at<TransposedB>(b, depth + b_depth, block.first_column + b_column, k, n));
        }
        __syncthreads();
#pragma unroll
        for (int step = 0; step < gemm_depth; step++) {
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
            if (block.first_row + row + i < m && block.first_column + column + j < n) {
                c[static_cast<long long>(block.first_row + row + i) * n + block.first_column + column + j] = sum[i][j];
            }
        }
    }
}

#define FACTORY_GEMM_PARAMETERS(input)                                                                                 \
    (const input *a, const input *b, float *c, int m, int n, int k, long long a_step, long long b_step, long long c_step)
#define FACTORY_GEMM(name, input, transposed_a, transposed_b)                                                          \
    FACTORY_KERNEL __launch_bounds__(gemm_threads) factory_##name FACTORY_GEMM_PARAMETERS(input) {                     \
        matrix_product<transposed_a, transposed_b>(a, b, c, m, n, k, a_step, b_step, c_step);                          \
    }

FACTORY_GEMM(sgemm, float, false, false)
FACTORY_GEMM(sgemm_nt, float, false, true)
FACTORY_GEMM(sgemm_tn, float, true, false)
FACTORY_GEMM(bf16_gemm, unsigned short, false, false)
FACTORY_GEMM(bf16_gemm_nt, unsigned short, false, true)
FACTORY_GEMM(bf16_gemm_tn, unsigned short, true, false)
