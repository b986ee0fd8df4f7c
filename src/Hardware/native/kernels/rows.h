// One block a row: softmax, cross-entropy, layer norm and RMS norm, each with its backward.
#pragma once

// Replaces each value by its weight e^(value - largest) and returns the weights' sum.
template <typename Team>
__device__ static inline float weigh(Team team, const float *input, float *output, int count, float largest) {
    return team.sum(count, [=](int i) {
        const float weight = exponential(input[i] - largest);
        output[i] = weight;
        return weight;
    });
}

template <typename Team>
__device__ static inline void softmax(Team team, const float *input, float *output, int columns) {
    const float *row = input + static_cast<long long>(blockIdx.x) * columns;
    float *result = output + static_cast<long long>(blockIdx.x) * columns;
    const float sum = weigh(team, row, result, columns, team.largest(columns, [=](int i) { return row[i]; }));
    team.each(columns, [=](int i) { result[i] = result[i] / sum; });
}
FACTORY_TEAM_KERNEL(row_threads, softmax, (const float *input, float *output, int columns), input, output, columns)

// From the softmax itself and the gradient that reached it: y (dy - sum y dy).
template <typename Team>
__device__ static inline void softmax_backward(Team team, const float *softmaxes, const float *gradient, float *result,
                                               int columns) {
    const long long first = static_cast<long long>(blockIdx.x) * columns;
    softmaxes += first, gradient += first, result += first;
    const float sum = team.sum(columns, [=](int i) { return softmaxes[i] * gradient[i]; });
    team.each(columns, [=](int i) { result[i] = softmaxes[i] * (gradient[i] - sum); });
}
FACTORY_TEAM_KERNEL(row_threads, softmax_backward,
                    (const float *softmaxes, const float *gradient, float *result, int columns), softmaxes, gradient,
                    result, columns)

// losses[row] = ln(sum of e^logit) - logit of the target, from the largest so that nothing overflows. A target
// outside the row is padding: its loss and gradient are zero.
template <typename Team>
__device__ static inline void cross_entropy(Team team, const float *logits, const int *targets, float *losses, int columns) {
    const long long row = blockIdx.x;
    const float *own = logits + row * columns;
    const float most = team.largest(columns, [=](int i) { return own[i]; });
    const float sum = team.sum(columns, [=](int i) { return exponential(own[i] - most); });
    team.once([=] {
        const int target = targets[row];
        losses[row] = target >= 0 && target < columns ? logarithm(sum) + (most - own[target]) : 0.0f;
    });
}
FACTORY_TEAM_KERNEL(row_threads, cross_entropy, (const float *logits, const int *targets, float *losses, int columns),
                    logits, targets, losses, columns)

// (softmax - one at the target) times `scale`, which is 1/rows for the gradient of the mean loss.
template <typename Team>
__device__ static inline void cross_entropy_backward(Team team, const float *logits, const int *targets, float *result,
                                                     int columns, float scale) {
    const long long row = blockIdx.x;
    const float *own = logits + row * columns;
    float *out = result + row * columns;
    const int target = targets[row];
    const float share = target >= 0 && target < columns ? scale : 0.0f;
    const float sum = weigh(team, own, out, columns, team.largest(columns, [=](int i) { return own[i]; }));
    team.each(columns, [=](int i) { out[i] = (out[i] / sum - (i == target ? 1.0f : 0.0f)) * share; });
}
FACTORY_TEAM_KERNEL(row_threads, cross_entropy_backward,
                    (const float *logits, const int *targets, float *result, int columns, float scale), logits, targets,
                    result, columns, scale)

struct Moments {
    float mean, scale;
};

// Layer norm takes the mean off first, RMS norm does not.
template <bool Centred, typename Team>
__device__ static inline Moments moments_of(Team team, const float *row, int columns, float epsilon) {
    const float count = static_cast<float>(columns);
    const float mean = Centred ? team.sum(columns, [=](int i) { return row[i]; }) / count : 0.0f;
    const float square = team.sum(columns, [=](int i) { return (row[i] - mean) * (row[i] - mean); }) / count;
    return {mean, 1.0f / __fsqrt_rn(square + epsilon)};
}

template <typename Team>
__device__ static inline void layer_norm(Team team, const float *input, const float *gain, const float *bias, float *output,
                                         int columns, float epsilon) {
    const float *row = input + static_cast<long long>(blockIdx.x) * columns;
    float *result = output + static_cast<long long>(blockIdx.x) * columns;
    const Moments moments = moments_of<true>(team, row, columns, epsilon);
    team.each(columns, [=](int i) { result[i] = fmaf((row[i] - moments.mean) * moments.scale, gain[i], bias[i]); });
}
FACTORY_TEAM_KERNEL(row_threads, layer_norm,
                    (const float *input, const float *gain, const float *bias, float *output, int columns, float epsilon),
                    input, gain, bias, output, columns, epsilon)

template <typename Team>
__device__ static inline void rms_norm(Team team, const float *input, const float *gain, float *output, int columns,
                                       float epsilon) {
    const float *row = input + static_cast<long long>(blockIdx.x) * columns;
    float *result = output + static_cast<long long>(blockIdx.x) * columns;
    const Moments moments = moments_of<false>(team, row, columns, epsilon);
    team.each(columns, [=](int i) { result[i] = row[i] * moments.scale * gain[i]; });
}
FACTORY_TEAM_KERNEL(row_threads, rms_norm,
                    (const float *input, const float *gain, float *output, int columns, float epsilon), input, gain,
                    output, columns, epsilon)

// With h the normed row and d = gradient * gain: scale (d - mean(d) - h mean(d h)), the mean of d only where
// the forward took a mean off. Leaves each row's moments for the gradients of gain and bias.
template <bool Centred, typename Team>
__device__ static inline void norm_backward(Team team, const float *input, const float *gain, const float *gradient,
                                            float *result, float *moments, int columns, float epsilon) {
    const long long row = blockIdx.x, first = row * columns;
    input += first, gradient += first, result += first;
    const Moments own = moments_of<Centred>(team, input, columns, epsilon);
    const float count = static_cast<float>(columns);
    const float mean = Centred ? team.sum(columns, [=](int i) { return gradient[i] * gain[i]; }) / count : 0.0f;
    const float along = team.sum(columns, [=](int i) {
        return gradient[i] * gain[i] * ((input[i] - own.mean) * own.scale);
    }) / count;
    team.each(columns, [=](int i) {
        const float normed = (input[i] - own.mean) * own.scale;
        result[i] = fmaf(-normed, along, gradient[i] * gain[i] - mean) * own.scale;
    });
    team.once([=] {
        moments[2 * row] = own.mean;
        moments[2 * row + 1] = own.scale;
    });
}

template <typename Team>
__device__ static inline void layer_norm_backward(Team team, const float *input, const float *gain, const float *gradient,
                                                  float *result, float *moments, int columns, float epsilon) {
    norm_backward<true>(team, input, gain, gradient, result, moments, columns, epsilon);
}
FACTORY_TEAM_KERNEL(row_threads, layer_norm_backward,
                    (const float *input, const float *gain, const float *gradient, float *result, float *moments,
                     int columns, float epsilon),
                    input, gain, gradient, result, moments, columns, epsilon)

template <typename Team>
__device__ static inline void rms_norm_backward(Team team, const float *input, const float *gain, const float *gradient,
                                                float *result, float *moments, int columns, float epsilon) {
    norm_backward<false>(team, input, gain, gradient, result, moments, columns, epsilon);
}
FACTORY_TEAM_KERNEL(row_threads, rms_norm_backward,
                    (const float *input, const float *gain, const float *gradient, float *result, float *moments,
                     int columns, float epsilon),
                    input, gain, gradient, result, moments, columns, epsilon)

constexpr int column_block = 128;
// So many rows are added up in one go: a sum over a long matrix is spread over the device in two passes.
constexpr int row_stretch = 256;

__device__ static inline int width_of_column_block(int columns) {
    const int first = blockIdx.x * column_block;
    return columns - first < column_block ? columns - first : column_block;
}

// The sums of gradient * normed input and of the gradient over one stretch of rows, column by column.
FACTORY_KERNEL __launch_bounds__(column_block)
factory_norm_gradient_parts(const float *input, const float *gradient, const float *moments, float *gain_parts,
                            float *bias_parts, int rows, int columns) {
    const int first = blockIdx.x * column_block;
    const long long begin = static_cast<long long>(blockIdx.y) * row_stretch;
    const long long end = begin + row_stretch < rows ? begin + row_stretch : rows;
    const long long part = static_cast<long long>(blockIdx.y) * columns + first;
    each_of_block(width_of_column_block(columns), [=](int i) {
        float gain = 0.0f, bias = 0.0f;
        for (long long row = begin; row < end; row++) {
            const long long at = row * columns + first + i;
            gain = fmaf(gradient[at], (input[at] - moments[2 * row]) * moments[2 * row + 1], gain);
            bias += gradient[at];
        }
        gain_parts[part + i] = gain;
        bias_parts[part + i] = bias;
    });
}

FACTORY_KERNEL __launch_bounds__(column_block)
factory_column_sums(const float *values, float *sums, int rows, int columns) {
    const int first = blockIdx.x * column_block;
    each_of_block(width_of_column_block(columns), [=](int i) {
        float sum = 0.0f;
        for (int row = 0; row < rows; row++) {
            sum += values[static_cast<long long>(row) * columns + first + i];
        }
        sums[first + i] = sum;
    });
}
