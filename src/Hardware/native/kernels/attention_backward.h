// The gradients through prefill attention. Weights are computed again from the forward's statistics instead of
// being kept, as FlashAttention does (arXiv:2205.14135, algorithm 4). One block makes the gradient of one query,
// another that of one token's key and value, so nothing is added up by atomics and every run rounds alike.
#pragma once

constexpr int attention_stretch = row_threads; // tokens whose weights are held at once

struct AttentionShape {
    int tokens, dim, group;
    float scale;
};

// sums[row] = the dot product of two rows: of a query's result with its gradient, which is what its weights'
// gradients have in common.
template <typename Team> __device__ static inline void row_dot(Team team, const float *a, const float *b, float *sums, int columns) {
    const long long row = blockIdx.x;
    a += row * columns, b += row * columns;
    const float sum = team.sum(columns, [=](int i) { return a[i] * b[i]; });
    team.once([=] { sums[row] = sum; });
}
FACTORY_TEAM_KERNEL(row_threads, row_dot, (const float *a, const float *b, float *sums, int columns), a, b, sums, columns)

struct WeightGradient {
    float weight, slope; // of the score
};

// One pair of query and token. `q` and `slope_of` are the query's, `k` (a step of `tokens` apart) and `v` the token's.
__device__ static inline WeightGradient weight_gradient(const float *q, const float *slope_of, const float *k, const float *v,
                                                        const float *statistics, float common, AttentionShape shape) {
    float score = 0.0f, slope = 0.0f;
    for (int d = 0; d < shape.dim; d++) {
        score = fmaf(q[d], k[static_cast<long long>(d) * shape.tokens], score);
        slope = fmaf(slope_of[d], v[d], slope);
    }
    const float weight = exponential(score * shape.scale - statistics[0]) / statistics[1];
    return {weight, weight * (slope - common) * shape.scale};
}

template <typename Team>
__device__ static inline void query_gradient(Team team, float *slopes, float *sums, const float *query, const float *keys,
                                             const float *values, const float *gradient, const float *statistics,
                                             const float *common, float *result, AttentionShape shape) {
    const long long row = blockIdx.x, cache = row / shape.tokens / shape.group * shape.dim * shape.tokens;
    const int seen = static_cast<int>(row % shape.tokens) + 1;
    const float *k = keys + cache, *v = values + cache, *q = query + row * shape.dim, *slope_of = gradient + row * shape.dim;
    team.each(shape.dim, [=](int d) { sums[d] = 0.0f; });
    for (int start = 0; start < seen; start += attention_stretch) {
        const int count = seen - start < attention_stretch ? seen - start : attention_stretch;
        team.each(count, [=](int i) {
            slopes[i] = weight_gradient(q, slope_of, k + start + i, v + static_cast<long long>(start + i) * shape.dim,
                                        statistics + 2 * row, common[row], shape).slope;
        });
        team.meet();
        team.each(shape.dim, [=](int d) {
            const float *along = k + static_cast<long long>(d) * shape.tokens + start;
            float sum = sums[d];
            for (int i = 0; i < count; i++) {
                sum = fmaf(slopes[i], along[i], sum);
            }
            sums[d] = sum;
        });
        team.meet();
    }
    team.each(shape.dim, [=](int d) { result[row * shape.dim + d] = sums[d]; });
}

// Over the queries of all heads that share this head of the cache, and of each those that see the token.
template <typename Team>
__device__ static inline void cache_gradient(Team team, float *weights, float *slopes, float *key_sums, float *value_sums,
                                             const float *query, const float *keys, const float *values, const float *gradient,
                                             const float *statistics, const float *common, float *key_result,
                                             float *value_result, AttentionShape shape) {
    const long long head = blockIdx.x / shape.tokens, cache = head * shape.dim * shape.tokens;
    const int token = static_cast<int>(blockIdx.x % shape.tokens);
    const float *k = keys + cache + token, *v = values + cache + static_cast<long long>(token) * shape.dim;
    team.each(shape.dim, [=](int d) {
        key_sums[d] = 0.0f;
        value_sums[d] = 0.0f;
    });
    for (int member = 0; member < shape.group; member++) {
        const long long first = (head * shape.group + member) * shape.tokens;
        for (int start = token; start < shape.tokens; start += attention_stretch) {
            const int count = shape.tokens - start < attention_stretch ? shape.tokens - start : attention_stretch;
            const long long rows = first + start;
            team.each(count, [=](int i) {
                const WeightGradient of = weight_gradient(query + (rows + i) * shape.dim, gradient + (rows + i) * shape.dim, k, v,
                                                          statistics + 2 * (rows + i), common[rows + i], shape);
                weights[i] = of.weight;
                slopes[i] = of.slope;
            });
            team.meet();
            team.each(shape.dim, [=](int d) {
                float key = key_sums[d], value = value_sums[d];
                for (int i = 0; i < count; i++) {
                    key = fmaf(slopes[i], query[(rows + i) * shape.dim + d], key);
                    value = fmaf(weights[i], gradient[(rows + i) * shape.dim + d], value);
                }
                key_sums[d] = key;
                value_sums[d] = value;
            });
            team.meet();
        }
    }
    team.each(shape.dim, [=](int d) {
        key_result[cache + static_cast<long long>(d) * shape.tokens + token] = key_sums[d];
        value_result[cache + static_cast<long long>(token) * shape.dim + d] = value_sums[d];
    });
}

FACTORY_KERNEL __launch_bounds__(row_threads)
factory_attention_query_gradient(const float *query, const float *keys, const float *values, const float *gradient,
                                 const float *statistics, const float *common, float *result, int tokens, int dim, int group,
                                 float scale) {
    __shared__ float slopes[attention_stretch], sums[attention_dim];
    query_gradient(BlockTeam<row_threads>{nullptr}, slopes, sums, query, keys, values, gradient, statistics, common, result,
                   {tokens, dim, group, scale});
}

FACTORY_KERNEL __launch_bounds__(row_threads)
factory_attention_cache_gradient(const float *query, const float *keys, const float *values, const float *gradient,
                                 const float *statistics, const float *common, float *key_result, float *value_result,
                                 int tokens, int dim, int group, float scale) {
    __shared__ float weights[attention_stretch], slopes[attention_stretch];
    __shared__ float key_sums[attention_dim], value_sums[attention_dim];
    cache_gradient(BlockTeam<row_threads>{nullptr}, weights, slopes, key_sums, value_sums, query, keys, values, gradient,
                   statistics, common, key_result, value_result, {tokens, dim, group, scale});
}
