// Attention over a cache of keys and values. Keys lie transposed (head, dim, token) so that neighbouring
// threads read neighbouring words; values lie (head, token, dim). Query heads share the head of keys and
// values that their group has (grouped-query attention).
#pragma once

// One decode step: one query per head attends to all its tokens. One block a query head.
FACTORY_KERNEL __launch_bounds__(row_threads)
factory_decode_attention(const float *query, const float *keys, const float *values, float *scores,
                         float *output, int tokens, int dim, int group, float scale) {
    __shared__ float warps[row_threads / warp_size];
    const int thread = threadIdx.x;
    const long long head = blockIdx.x, cache = blockIdx.x / group;
    const float *q = query + head * dim;
    const float *k = keys + cache * dim * tokens;
    const float *v = values + cache * dim * tokens;
    float *score = scores + head * tokens;
    float largest = lowest;
    for (int token = thread; token < tokens; token += row_threads) {
        float dot = 0.0f;
        for (int d = 0; d < dim; d++) {
            dot = fmaf(q[d], k[static_cast<long long>(d) * tokens + token], dot);
        }
        dot *= scale;
        score[token] = dot;
        largest = larger(largest, dot);
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

constexpr int attention_rows = 16; // queries of a block
constexpr int attention_keys = 32; // tokens weighed at once
constexpr int attention_dim = 256; // the widest head

// Prefill: every token attends to itself and to those before it. Scores of one tile of tokens are held at a
// time, and what was summed before is scaled down whenever a larger score comes (online softmax, Milakov and
// Gimelshein, arXiv:1805.02867; tiles as in FlashAttention, arXiv:2205.14135). Queries and output lie (head,
// token, dim). A block takes the queries of one tile; the grid is as wide as a head's tiles, times the heads.
// `statistics`, where there are some, get each query's largest score and the sum of its weights.
FACTORY_KERNEL __launch_bounds__(row_threads)
factory_prefill_attention(const float *query, const float *keys, const float *values, float *output, float *statistics,
                          int tokens, int dim, int group, float scale) {
    __shared__ float sums[attention_rows][attention_dim];
    __shared__ float weights[attention_rows][attention_keys];
    __shared__ float largest[attention_rows], totals[attention_rows], factors[attention_rows];
    const int thread = threadIdx.x;
    const int tiles = (tokens + attention_rows - 1) / attention_rows;
    const long long head = blockIdx.x / tiles, cache = head / group;
    const int first = static_cast<int>(blockIdx.x % tiles) * attention_rows;
    const int rows = tokens - first < attention_rows ? tokens - first : attention_rows;
    const float *q = query + (head * tokens + first) * dim;
    const float *k = keys + cache * dim * tokens;
    const float *v = values + cache * dim * tokens;
    for (int i = thread; i < rows * dim; i += row_threads) {
        sums[i / dim][i % dim] = 0.0f;
    }
    if (thread < rows) {
        largest[thread] = lowest;
        totals[thread] = 0.0f;
    }
    for (int start = 0; start < first + rows; start += attention_keys) {
        __syncthreads();
        for (int i = thread; i < rows * attention_keys; i += row_threads) {
            const int row = i / attention_keys, token = start + i % attention_keys;
            float dot = 0.0f;
            if (token <= first + row) {
                for (int d = 0; d < dim; d++) {
                    dot = fmaf(q[row * dim + d], k[static_cast<long long>(d) * tokens + token], dot);
                }
            }
            weights[row][i % attention_keys] = dot * scale;
        }
        __syncthreads();
        if (thread < rows) {
            const int seen = first + thread + 1 - start;
            const int count = seen < attention_keys ? seen : attention_keys;
            float most = largest[thread];
            for (int i = 0; i < count; i++) {
                most = larger(most, weights[thread][i]);
            }
            const float factor = exponential(largest[thread] - most);
            float total = totals[thread] * factor;
            for (int i = 0; i < count; i++) {
                const float weight = exponential(weights[thread][i] - most);
                weights[thread][i] = weight;
                total += weight;
            }
            largest[thread] = most;
            totals[thread] = total;
            factors[thread] = factor;
        }
        __syncthreads();
        for (int i = thread; i < rows * dim; i += row_threads) {
            const int row = i / dim, d = i % dim, seen = first + row + 1 - start;
            const int count = seen < attention_keys ? seen : attention_keys;
            float sum = sums[row][d];
            if (count > 0) {
                sum = sum * factors[row];
            }
            for (int j = 0; j < count; j++) {
                sum = fmaf(weights[row][j], v[static_cast<long long>(start + j) * dim + d], sum);
            }
            sums[row][d] = sum;
        }
    }
    for (int i = thread; i < rows * dim; i += row_threads) {
        output[(head * tokens + first) * dim + i] = sums[i / dim][i % dim] / totals[i / dim];
    }
    if (statistics != nullptr && thread < rows) {
        statistics[2 * (head * tokens + first + thread)] = largest[thread];
        statistics[2 * (head * tokens + first + thread) + 1] = totals[thread];
    }
}
