// Whole blocks of kernels.cu with the loop over threads inside each stretch between barriers. The order of
// every rounding is that of the kernel, so results are the same to the bit; a test compares them.
#pragma once

constexpr int panel_width = 16;
constexpr int panel_rows = 4;
constexpr int panel_depth = 256;

// Four rows by sixteen columns of c, held in registers over one stretch of the depth.
#if defined(__AVX2__) && defined(__FMA__)

// Written out because GCC 12 keeps the sums in memory otherwise: 5 GFLOP/s on two cores instead of 70 to 110.
static inline void sgemm_panel(const float *a, long long a_stride, const float *b, float *c, int depth) {
    __m256 left[panel_rows], right[panel_rows];
    for (int i = 0; i < panel_rows; i++) {
        left[i] = _mm256_loadu_ps(c + i * sgemm_tile);
        right[i] = _mm256_loadu_ps(c + i * sgemm_tile + 8);
    }
    for (int step = 0; step < depth; step++) {
        const __m256 b_left = _mm256_loadu_ps(b + step * panel_width);
        const __m256 b_right = _mm256_loadu_ps(b + step * panel_width + 8);
#pragma GCC unroll 4
        for (int i = 0; i < panel_rows; i++) {
            const __m256 factor = _mm256_broadcast_ss(a + i * a_stride + step);
            left[i] = _mm256_fmadd_ps(factor, b_left, left[i]);
            right[i] = _mm256_fmadd_ps(factor, b_right, right[i]);
        }
    }
    for (int i = 0; i < panel_rows; i++) {
        _mm256_storeu_ps(c + i * sgemm_tile, left[i]);
        _mm256_storeu_ps(c + i * sgemm_tile + 8, right[i]);
    }
}

#else

static inline void sgemm_panel(const float *a, long long a_stride, const float *b, float *c, int depth) {
    float sum[panel_rows][panel_width];
    for (int i = 0; i < panel_rows; i++) {
        for (int j = 0; j < panel_width; j++) {
            sum[i][j] = c[i * sgemm_tile + j];
        }
    }
    for (int step = 0; step < depth; step++) {
        for (int i = 0; i < panel_rows; i++) {
            const float factor = a[i * a_stride + step];
            for (int j = 0; j < panel_width; j++) {
                sum[i][j] = fmaf(factor, b[step * panel_width + j], sum[i][j]);
            }
        }
    }
    for (int i = 0; i < panel_rows; i++) {
        for (int j = 0; j < panel_width; j++) {
            c[i * sgemm_tile + j] = sum[i][j];
        }
    }
}

#endif

static void sgemm_block(const float *a, const float *b, float *c, int m, int n, int k) {
    static thread_local float panel[panel_depth * panel_width];
    static thread_local float edge[panel_rows * panel_depth];
    static thread_local float tile[sgemm_tile * sgemm_tile];
    const int first_row = blockIdx.y * sgemm_tile, first_column = blockIdx.x * sgemm_tile;
    const int rows = m - first_row < sgemm_tile ? m - first_row : sgemm_tile;
    const int columns = n - first_column < sgemm_tile ? n - first_column : sgemm_tile;
    memset(tile, 0, sizeof tile);
    for (int start = 0; start < k; start += panel_depth) {
        const int depth = k - start < panel_depth ? k - start : panel_depth;
        for (int column = 0; column < columns; column += panel_width) {
            for (int step = 0; step < depth; step++) {
                const float *row = b + static_cast<long long>(start + step) * n + first_column + column;
                for (int j = 0; j < panel_width; j++) {
                    panel[step * panel_width + j] = column + j < columns ? row[j] : 0.0f;
                }
            }
            for (int row = 0; row < rows; row += panel_rows) {
                const float *source = a + static_cast<long long>(first_row + row) * k + start;
                long long stride = k;
                if (rows - row < panel_rows) {
                    memset(edge, 0, sizeof edge);
                    for (int i = 0; i < rows - row; i++) {
                        memcpy(edge + i * panel_depth, source + i * stride, sizeof(float) * depth);
                    }
                    source = edge;
                    stride = panel_depth;
                }
                sgemm_panel(source, stride, panel, tile + row * sgemm_tile + column, depth);
            }
        }
    }
    for (int row = 0; row < rows; row++) {
        memcpy(c + static_cast<long long>(first_row + row) * n + first_column, tile + row * sgemm_tile,
               sizeof(float) * columns);
    }
}

// What block_sum and block_largest leave in every thread, from one value a thread.
template <int Threads, typename Join> static inline float join_threads(float *values, Join join) {
    float total = 0.0f;
    for (int warp = 0; warp < Threads / warp_size; warp++) {
        float *lanes = values + warp * warp_size;
        for (int offset = warp_size / 2; offset > 0; offset /= 2) {
            for (int lane = 0; lane < offset; lane++) {
                lanes[lane] = join(lanes[lane], lanes[lane + offset]);
            }
        }
        total = warp == 0 ? lanes[0] : join(total, lanes[0]);
    }
    return total;
}

static inline float add(float left, float right) { return left + right; }
static inline float larger(float left, float right) { return right > left ? right : left; }

static void reduction_block(const float *values, float *parts, long long n) {
    float sums[reduction_threads] = {};
    const long long first = blockIdx.x * chunk_elements;
    const long long end = first + chunk_elements < n ? first + chunk_elements : n;
    long long i = first;
    for (; i + reduction_threads <= end; i += reduction_threads) {
        for (int thread = 0; thread < reduction_threads; thread++) {
            sums[thread] += values[i + thread];
        }
    }
    for (int thread = 0; i + thread < end; thread++) {
        sums[thread] += values[i + thread];
    }
    parts[blockIdx.x] = join_threads<reduction_threads>(sums, add);
}

// Replaces each value by its weight e^(value - largest) and returns the weights' sum.
static inline float weigh(const float *input, float *output, int count, float largest) {
    float sums[row_threads] = {};
    for (int first = 0; first < count; first += row_threads) {
        const int width = count - first < row_threads ? count - first : row_threads;
        for (int thread = 0; thread < width; thread++) {
            const float weight = exponential(input[first + thread] - largest);
            output[first + thread] = weight;
            sums[thread] += weight;
        }
    }
    return join_threads<row_threads>(sums, add);
}

static inline float largest_of(const float *values, int count) {
    float largest[row_threads];
    for (int thread = 0; thread < row_threads; thread++) {
        largest[thread] = -3.0e38f;
    }
    for (int i = 0; i < count; i++) {
        largest[i % row_threads] = larger(largest[i % row_threads], values[i]);
    }
    return join_threads<row_threads>(largest, larger);
}

static void softmax_block(const float *input, float *output, int columns) {
    const float *row = input + static_cast<long long>(blockIdx.x) * columns;
    float *result = output + static_cast<long long>(blockIdx.x) * columns;
    const float sum = weigh(row, result, columns, largest_of(row, columns));
    for (int i = 0; i < columns; i++) {
        result[i] = result[i] / sum;
    }
}

static void decode_attention_block(const float *query, const float *keys, const float *values, float *scores,
                                   float *output, int tokens, int dim, float scale) {
    const long long head = blockIdx.x;
    const float *q = query + head * dim;
    const float *k = keys + head * dim * tokens;
    const float *v = values + head * dim * tokens;
    float *score = scores + head * tokens;
    float *result = output + head * dim;
    memset(score, 0, sizeof(float) * tokens);
    for (int d = 0; d < dim; d++) {
        const float *row = k + static_cast<long long>(d) * tokens;
        for (int token = 0; token < tokens; token++) {
            score[token] = fmaf(q[d], row[token], score[token]);
        }
    }
    for (int token = 0; token < tokens; token++) {
        score[token] *= scale;
    }
    const float sum = weigh(score, score, tokens, largest_of(score, tokens));
    memset(result, 0, sizeof(float) * dim);
    for (int token = 0; token < tokens; token++) {
        const float *row = v + static_cast<long long>(token) * dim;
        for (int d = 0; d < dim; d++) {
            result[d] = fmaf(score[token], row[d], result[d]);
        }
    }
    for (int d = 0; d < dim; d++) {
        result[d] = result[d] / sum;
    }
}
