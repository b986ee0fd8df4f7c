// The matrix products of kernels/matrix.h, a tile at a time from packed panels. Each element is summed in the
// kernel's order, one fused multiply-add after another along the depth, so results are the same to the bit.
#pragma once

// Depth at which the panels of a tile stay in the nearest caches: 32 KiB of each factor.
constexpr int panel_depth = 128;
// Rows of the left panel lie a few words further apart than their length: a power of two would put all of
// them into the same cache sets.
constexpr int panel_pitch = panel_depth + 16;

// The left factor's panel lies as memory does, by rows or by columns, so that packing it is copying.
template <bool Transposed> constexpr int left_row_step = Transposed ? 1 : panel_pitch;
template <bool Transposed> constexpr int left_depth_step = Transposed ? gemm_tile : 1;

// Sums held in registers: 8 x 2 vectors of 16 lanes, 4 x 2 of 8.
constexpr int panel_rows = lanes == 16 ? 8 : 4;
constexpr int panel_width = lanes == 1 ? 4 : 2 * lanes;

// A few rows by a few vectors of c, held in registers over one stretch of the depth.
template <bool Transposed> static inline void multiply_panels(const float *a, const float *b, float *c, int depth) {
    constexpr int across = panel_width / lanes;
    Lanes sum[panel_rows][across];
#pragma GCC unroll 8
    for (int i = 0; i < panel_rows; i++) {
#pragma GCC unroll 4
        for (int j = 0; j < across; j++) {
            sum[i][j] = load(c + i * gemm_tile + j * lanes);
        }
    }
    for (int step = 0; step < depth; step++) {
        Lanes right[across];
#pragma GCC unroll 4
        for (int j = 0; j < across; j++) {
            right[j] = load(b + step * gemm_tile + j * lanes);
        }
#pragma GCC unroll 8
        for (int i = 0; i < panel_rows; i++) {
            const Lanes factor = spread(a + i * left_row_step<Transposed> + step * left_depth_step<Transposed>);
#pragma GCC unroll 4
            for (int j = 0; j < across; j++) {
                sum[i][j] = add_product(factor, right[j], sum[i][j]);
            }
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < panel_rows; i++) {
#pragma GCC unroll 4
        for (int j = 0; j < across; j++) {
            store(c + i * gemm_tile + j * lanes, sum[i][j]);
        }
    }
}

// `lines` lines of `length` values, `step` apart in memory and `pitch` apart in the panel.
template <typename Input>
static inline void pack(const Input *source, long long step, float *panel, int pitch, int lines, int length) {
    for (int line = 0; line < lines; line++) {
        for (int i = 0; i < length; i++) {
            panel[line * pitch + i] = widened(source[line * step + i]);
        }
    }
}

// The same with lines and columns changing places, in squares as far as they go.
template <typename Input>
static inline void pack_turned(const Input *source, long long step, float *panel, int pitch, int lines, int length) {
    for (int line = 0; line < lines; line += turned) {
        int i = 0;
        if (line + turned <= lines) {
            for (; i + turned <= length; i += turned) {
                if constexpr (sizeof(Input) == sizeof(float)) {
                    turn(source + line * step + i, step, panel + i * pitch + line, pitch);
                } else {
                    float square[turned * turned];
                    pack(source + line * step + i, step, square, turned, turned, turned);
                    turn(square, turned, panel + i * pitch + line, pitch);
                }
            }
        }
        for (; i < length; i++) {
            for (int one = line; one < line + turned && one < lines; one++) {
                panel[i * pitch + one] = widened(source[one * step + i]);
            }
        }
    }
}

template <bool TransposedA, bool TransposedB, typename Input>
static void multiply_tile(const Input *a, const Input *b, float *c, int m, int n, int k, long long a_step, long long b_step,
                          long long c_step) {
    alignas(64) static thread_local float left[gemm_tile * panel_pitch];
    alignas(64) static thread_local float right[panel_depth * gemm_tile];
    alignas(64) static thread_local float tile[gemm_tile * gemm_tile];
    const GemmBlock block = gemm_block_of(n);
    a += block.product * a_step, b += block.product * b_step, c += block.product * c_step;
    const int rows = m - block.first_row < gemm_tile ? m - block.first_row : gemm_tile;
    const int columns = n - block.first_column < gemm_tile ? n - block.first_column : gemm_tile;
    memset(tile, 0, sizeof tile);
    if (rows < gemm_tile || columns < gemm_tile) { // What lies beyond the edge is computed too, and dropped.
        memset(left, 0, sizeof left);
        memset(right, 0, sizeof right);
    }
    for (int start = 0; start < k; start += panel_depth) {
        const int depth = k - start < panel_depth ? k - start : panel_depth;
        if constexpr (TransposedA) {
            pack(a + static_cast<long long>(start) * m + block.first_row, m, left, gemm_tile, depth, rows);
        } else {
            pack(a + static_cast<long long>(block.first_row) * k + start, k, left, panel_pitch, rows, depth);
        }
        if constexpr (TransposedB) {
            pack_turned(b + static_cast<long long>(block.first_column) * k + start, k, right, gemm_tile, columns, depth);
        } else {
            pack(b + static_cast<long long>(start) * n + block.first_column, n, right, gemm_tile, depth, columns);
        }
        for (int column = 0; column < columns; column += panel_width) {
            for (int row = 0; row < rows; row += panel_rows) {
                multiply_panels<TransposedA>(left + row * left_row_step<TransposedA>, right + column,
                                             tile + row * gemm_tile + column, depth);
            }
        }
    }
    for (int row = 0; row < rows; row++) {
        memcpy(c + static_cast<long long>(block.first_row + row) * n + block.first_column, tile + row * gemm_tile,
               sizeof(float) * columns);
    }
}
