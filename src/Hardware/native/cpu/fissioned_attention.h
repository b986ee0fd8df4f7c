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

// `count` more tokens, from the one that k and v point to.
static inline void attend(RunningSoftmax &running, const float *q, const float *k, const float *v, int count, int tokens,
                          int dim, float scale) {
    float weights[attention_keys] = {};
    for (int d = 0; d < dim; d++) {
        const float *row = k + static_cast<long long>(d) * tokens;
        for (int i = 0; i < count; i++) {
            weights[i] = fmaf(q[d], row[i], weights[i]);
        }
    }
    float most = running.largest;
    for (int i = 0; i < count; i++) {
        weights[i] *= scale;
        most = larger(most, weights[i]);
    }
    const float factor = exponential(running.largest - most);
    for (int i = 0; i < count; i++) {
        weights[i] = exponential(weights[i] - most);
    }
    float total = running.total * factor;
    for (int i = 0; i < count; i++) {
        total += weights[i];
    }
    running.largest = most;
    running.total = total;
    for (int d = 0; d < dim; d++) {
        running.sums[d] *= factor;
    }
    for (int i = 0; i < count; i++) {
        const float *row = v + static_cast<long long>(i) * dim;
        for (int d = 0; d < dim; d++) {
            running.sums[d] = fmaf(weights[i], row[d], running.sums[d]);
        }
    }
}

static void prefill_attention_block(const float *query, const float *keys, const float *values, float *output, int tokens,
                                    int dim, int group, float scale) {
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
        for (int row = 0; row < rows; row++) {
            const int seen = first + row + 1 - start;
            const int count = seen < attention_keys ? seen : attention_keys;
            if (count > 0) {
                attend(running[row], query + at + row * dim, k + start, v + static_cast<long long>(start) * dim, count,
                       tokens, dim, scale);
            }
        }
    }
    for (int row = 0; row < rows; row++) {
        for (int d = 0; d < dim; d++) {
            output[at + row * dim + d] = running[row].sums[d] / running[row].total;
        }
    }
}
