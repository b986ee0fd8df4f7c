// The attention kernels with their loops turned so that neighbouring words are read together. The order of
// every rounding is that of kernels/attention.h; a test compares them.
#pragma once

static void decode_attention_block(const float *query, const float *keys, const float *values, float *scores,
                                   float *output, int tokens, int dim, int group, float scale) {
    const LoopTeam<row_threads> team;
    const long long head = blockIdx.x, cache = blockIdx.x / group;
    const float *q = query + head * dim;
    const float *k = keys + cache * dim * tokens;
    const float *v = values + cache * dim * tokens;
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
    const float sum = weigh(team, score, score, tokens, team.largest(tokens, [=](int i) { return score[i]; }));
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

// What one query has summed so far.
struct RunningSoftmax {
    float sums[attention_dim];
    float largest, total;
};

// Queries that attend together, so that a key or value is read once for all: their sums fill the registers.
constexpr int attention_queries = lanes == 16 ? 8 : lanes == 8 ? 2 : 1;

// Turns one tile's scores into weights, query by query, and returns how much what was summed before has to shrink.
template <int Queries>
static inline void weigh_tile(RunningSoftmax *running, float (*weights)[attention_keys], float *factors, int count, float scale) {
    float most[Queries], total[Queries];
    for (int query = 0; query < Queries; query++) {
        most[query] = running[query].largest;
    }
    for (int i = 0; i < count; i++) { // Queries inside: their chains of comparisons and sums run beside each other.
        for (int query = 0; query < Queries; query++) {
            weights[query][i] *= scale;
            most[query] = larger(most[query], weights[query][i]);
        }
    }
    for (int query = 0; query < Queries; query++) {
        factors[query] = exponential(running[query].largest - most[query]);
        total[query] = running[query].total * factors[query];
        running[query].largest = most[query];
        for (int i = 0; i < attention_keys; i++) { // Past `count` too: a loop of a fixed length is faster.
            weights[query][i] = exponential(weights[query][i] - most[query]);
        }
    }
    for (int i = 0; i < count; i++) {
        for (int query = 0; query < Queries; query++) {
            total[query] += weights[query][i];
        }
    }
    for (int query = 0; query < Queries; query++) {
        running[query].total = total[query];
    }
}

// `count` more tokens for one query, from the token that k and v point to.
static inline void attend(RunningSoftmax &running, const float *q, const float *k, const float *v, int count, int tokens,
                          int dim, float scale) {
    float weights[1][attention_keys] = {}, factor;
    for (int d = 0; d < dim; d++) {
        const float *row = k + static_cast<long long>(d) * tokens;
        for (int i = 0; i < count; i++) {
            weights[0][i] = fmaf(q[d], row[i], weights[0][i]);
        }
    }
    weigh_tile<1>(&running, weights, &factor, count, scale);
    for (int d = 0; d < dim; d++) {
        running.sums[d] *= factor;
    }
    for (int i = 0; i < count; i++) {
        const float *row = v + static_cast<long long>(i) * dim;
        for (int d = 0; d < dim; d++) {
            running.sums[d] = fmaf(weights[0][i], row[d], running.sums[d]);
        }
    }
}

// A whole tile of tokens, all of which every one of the queries sees.
static inline void attend_together(RunningSoftmax *running, const float *q, const float *k, const float *v, int tokens, int dim,
                                   float scale) {
    constexpr int across = attention_keys / lanes;
    float weights[attention_queries][attention_keys], factors[attention_queries];
    Lanes scores[attention_queries][across] = {};
    for (int d = 0; d < dim; d++) {
        const float *row = k + static_cast<long long>(d) * tokens;
#pragma GCC unroll 8
        for (int query = 0; query < attention_queries; query++) {
            const Lanes factor = spread(q + query * dim + d);
#pragma GCC unroll 32
            for (int j = 0; j < across; j++) {
                scores[query][j] = add_product(factor, load(row + j * lanes), scores[query][j]);
            }
        }
    }
    for (int query = 0; query < attention_queries; query++) {
        for (int j = 0; j < across; j++) {
            store(weights[query] + j * lanes, scores[query][j]);
        }
    }
    weigh_tile<attention_queries>(running, weights, factors, attention_keys, scale);
    int d = 0;
    for (; d + lanes <= dim; d += lanes) {
        Lanes sums[attention_queries];
#pragma GCC unroll 8
        for (int query = 0; query < attention_queries; query++) {
            sums[query] = load(running[query].sums + d) * spread(factors + query);
        }
        for (int i = 0; i < attention_keys; i++) {
            const Lanes value = load(v + static_cast<long long>(i) * dim + d);
#pragma GCC unroll 8
            for (int query = 0; query < attention_queries; query++) {
                sums[query] = add_product(spread(weights[query] + i), value, sums[query]);
            }
        }
#pragma GCC unroll 8
        for (int query = 0; query < attention_queries; query++) {
            store(running[query].sums + d, sums[query]);
        }
    }
    for (; d < dim; d++) {
        for (int query = 0; query < attention_queries; query++) {
            float sum = running[query].sums[d] * factors[query];
            for (int i = 0; i < attention_keys; i++) {
                sum = fmaf(weights[query][i], v[static_cast<long long>(i) * dim + d], sum);
            }
            running[query].sums[d] = sum;
        }
    }
}

static void prefill_attention_block(const float *query, const float *keys, const float *values, float *output,
                                    float *statistics, int tokens, int dim, int group, float scale) {
    static thread_local RunningSoftmax running[attention_rows];
    const int tiles = (tokens + attention_rows - 1) / attention_rows;
    const long long head = blockIdx.x / tiles, cache = head / group;
    const int first = static_cast<int>(blockIdx.x % tiles) * attention_rows;
    const int rows = tokens - first < attention_rows ? tokens - first : attention_rows;
    const long long at = (head * tokens + first) * dim;
    const float *k = keys + cache * dim * tokens;
    const float *v = values + cache * dim * tokens;
    for (int row = 0; row < rows; row++) {
        memset(running[row].sums, 0, sizeof(float) * dim);
        running[row].largest = lowest;
        running[row].total = 0.0f;
    }
    for (int start = 0; start < first + rows; start += attention_keys) {
        const float *tile = v + static_cast<long long>(start) * dim;
        int row = 0;
        if (start + attention_keys <= first + 1) {
            for (; row + attention_queries <= rows; row += attention_queries) {
                attend_together(running + row, query + at + row * dim, k + start, tile, tokens, dim, scale);
            }
        }
        for (; row < rows; row++) {
            const int seen = first + row + 1 - start;
            const int count = seen < attention_keys ? seen : attention_keys;
            if (count > 0) {
                attend(running[row], query + at + row * dim, k + start, tile, count, tokens, dim, scale);
            }
        }
    }
    for (int row = 0; row < rows; row++) {
        for (int d = 0; d < dim; d++) {
            output[at + row * dim + d] = running[row].sums[d] / running[row].total;
        }
        if (statistics != nullptr) {
            statistics[2 * (head * tokens + first + row)] = running[row].largest;
            statistics[2 * (head * tokens + first + row) + 1] = running[row].total;
        }
    }
}

static void attention_query_gradient_block(const float *query, const float *keys, const float *values, const float *gradient,
                                           const float *statistics, const float *common, float *result, int tokens, int dim,
                                           int group, float scale) {
    float slopes[attention_stretch], sums[attention_dim];
    query_gradient(LoopTeam<row_threads>{}, slopes, sums, query, keys, values, gradient, statistics, common, result,
                   {tokens, dim, group, scale});
}

static void attention_cache_gradient_block(const float *query, const float *keys, const float *values, const float *gradient,
                                           const float *statistics, const float *common, float *key_result,
                                           float *value_result, int tokens, int dim, int group, float scale) {
    float weights[attention_stretch], slopes[attention_stretch], key_sums[attention_dim], value_sums[attention_dim];
    cache_gradient(LoopTeam<row_threads>{}, weights, slopes, key_sums, value_sums, query, keys, values, gradient, statistics,
                   common, key_result, value_result, {tokens, dim, group, scale});
}
