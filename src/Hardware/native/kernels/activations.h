// GELU in its tanh form (Hendrycks and Gimpel, arXiv:1606.08415), which is x times the sigmoid of 2u with
// u = sqrt(2/pi) (x + 0.044715 x^3), and SiLU, x times the sigmoid of x.
#pragma once

__device__ static inline float gelu_argument(float x) {
    return 1.5957691216f * fmaf(0.044715f * x, x * x, x); // 2 sqrt(2/pi)
}

FACTORY_KERNEL factory_gelu(float *output, const float *input, long long n) {
    const Chunk chunk = chunk_of(n);
    output += chunk.first, input += chunk.first;
    each_of_block(chunk.count, [=](int i) { output[i] = input[i] * sigmoid(gelu_argument(input[i])); });
}

FACTORY_KERNEL factory_silu(float *output, const float *input, long long n) {
    const Chunk chunk = chunk_of(n);
    output += chunk.first, input += chunk.first;
    each_of_block(chunk.count, [=](int i) { output[i] = input[i] * sigmoid(input[i]); });
}

// The derivative of x s(w(x)) is s + x s (1 - s) w'.
FACTORY_KERNEL factory_gelu_backward(float *result, const float *input, const float *gradient, long long n) {
    const Chunk chunk = chunk_of(n);
    result += chunk.first, input += chunk.first, gradient += chunk.first;
    each_of_block(chunk.count, [=](int i) {
        const float x = input[i], s = sigmoid(gelu_argument(x));
        const float slope = 1.5957691216f * fmaf(0.134145f * x, x, 1.0f); // 3 x 0.044715
        result[i] = gradient[i] * fmaf(x * s * (1.0f - s), slope, s);
    });
}

FACTORY_KERNEL factory_silu_backward(float *result, const float *input, const float *gradient, long long n) {
    const Chunk chunk = chunk_of(n);
    result += chunk.first, input += chunk.first, gradient += chunk.first;
    each_of_block(chunk.count, [=](int i) {
        const float x = input[i], s = sigmoid(x);
        result[i] = gradient[i] * fmaf(x * s, 1.0f - s, s);
    });
}
