// bfloat16 products on tensor cores: mma.sync.m16n8k16 of sm_80 and later. How a tensor core rounds inside one
// instruction is not documented, so its sums are near those of matrix.h but not equal to the bit. Checked for
// result on the driver double; not timed on a GPU.
#pragma once

#if defined(__CUDA__) || defined(__CUDACC__)

constexpr int mma_m = 16;
constexpr int mma_n = 8;
constexpr int mma_k = 16;
constexpr int tensor_threads = 128;
constexpr int tensor_words = mma_k / 2;
// One word of padding spreads the rows of a tile over the banks.
constexpr int tensor_pitch = tensor_words + 1;

// d += a b for a 16 x 16 tile of a by rows and a 16 x 8 tile of b by columns, two values a register.
__device__ static inline void multiply_add(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
                 "{%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// Two neighbours along the depth, the earlier in the low half.
template <bool Transposed>
__device__ static inline unsigned pair_at(const unsigned short *factor, int row, int column, int rows, int columns) {
    const unsigned low = factor_at<Transposed>(factor, row, column, rows, columns);
    return low | static_cast<unsigned>(factor_at<Transposed>(factor, row, column + 1, rows, columns)) << 16;
}

// A block of four warps computes one 64 x 64 tile, each warp a quarter of it as 2 x 4 instructions.
template <bool TransposedA, bool TransposedB>
__device__ static inline void tensor_product(const unsigned short *a, const unsigned short *b, float *c, int m, int n, int k,
                                             long long a_step, long long b_step, long long c_step) {
    __shared__ unsigned tile_a[gemm_tile][tensor_pitch]; // a row's pairs along the depth
    __shared__ unsigned tile_b[gemm_tile][tensor_pitch]; // a column's
    const GemmBlock block = gemm_block_of(n);
    a += block.product * a_step, b += block.product * b_step, c += block.product * c_step;
    const int thread = threadIdx.x, warp = thread / warp_size, lane = thread % warp_size;
    const int group = lane / 4, pair = lane % 4;
    const int warp_row = warp / 2 * 32, warp_column = warp % 2 * 32;
    float sum[2][4][4] = {};
    for (int depth = 0; depth < k; depth += mma_k) {
        for (int i = thread; i < gemm_tile * tensor_words; i += tensor_threads) {
            const int a_word = lane_across<TransposedA>(i, tensor_words, gemm_tile);
            const int a_row = lane_along<TransposedA>(i, tensor_words, gemm_tile);
            tile_a[a_row][a_word] = pair_at<TransposedA>(a, block.first_row + a_row, depth + 2 * a_word, m, k);
            // b by columns: row and column change places, and with them which of the two ways is transposed.
            const int b_word = lane_across<!TransposedB>(i, tensor_words, gemm_tile);
            const int b_column = lane_along<!TransposedB>(i, tensor_words, gemm_tile);
            tile_b[b_column][b_word] = pair_at<!TransposedB>(b, block.first_column + b_column, depth + 2 * b_word, n, k);
        }
        __syncthreads();
        unsigned from_a[2][4], from_b[4][2];
#pragma unroll
        for (int i = 0; i < 2; i++) {
            const int row = warp_row + i * mma_m + group;
            from_a[i][0] = tile_a[row][pair];
            from_a[i][1] = tile_a[row + 8][pair];
            from_a[i][2] = tile_a[row][pair + 4];
            from_a[i][3] = tile_a[row + 8][pair + 4];
        }
#pragma unroll
        for (int j = 0; j < 4; j++) {
            const int column = warp_column + j * mma_n + group;
            from_b[j][0] = tile_b[column][pair];
            from_b[j][1] = tile_b[column][pair + 4];
        }
#pragma unroll
        for (int i = 0; i < 2; i++) {
#pragma unroll
            for (int j = 0; j < 4; j++) {
                multiply_add(sum[i][j], from_a[i], from_b[j]);
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) {
#pragma unroll
            for (int part = 0; part < 4; part++) {
                const int row = block.first_row + warp_row + i * mma_m + group + part / 2 * 8;
                const int column = block.first_column + warp_column + j * mma_n + pair * 2 + part % 2;
                if (row < m && column < n) {
                    c[static_cast<long long>(row) * n + column] = sum[i][j][part];
                }
            }
        }
    }
}

#define FACTORY_TENSOR_GEMM(name, transposed_a, transposed_b)                                                          \
    FACTORY_KERNEL __launch_bounds__(tensor_threads) factory_##name FACTORY_GEMM_PARAMETERS(unsigned short) {          \
        tensor_product<transposed_a, transposed_b>(a, b, c, m, n, k, a_step, b_step, c_step);                          \
    }

FACTORY_TENSOR_GEMM(bf16_gemm_tensor, false, false)
FACTORY_TENSOR_GEMM(bf16_gemm_nt_tensor, false, true)
FACTORY_TENSOR_GEMM(bf16_gemm_tn_tensor, true, false)

#endif
