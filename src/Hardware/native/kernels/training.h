// Embedding and AdamW.
#pragma once

// One block a token. A token outside the vocabulary gives zeros.
FACTORY_KERNEL factory_embedding(const float *table, const int *tokens, float *output, int dim, int vocabulary) {
    const int token = tokens[blockIdx.x];
    const bool known = token >= 0 && token < vocabulary;
    const float *row = table + static_cast<long long>(known ? token : 0) * dim;
    float *result = output + static_cast<long long>(blockIdx.x) * dim;
    each_of_block(dim, [=](int i) { result[i] = known ? row[i] : 0.0f; });
}

// Adds each token's gradient to its row of the table's. One block a token: the first of equal tokens adds up
// all of them, in order and alone, so the sum is the same every time without sorting and without atomics.
// The price is that every block looks at all tokens.
FACTORY_KERNEL factory_embedding_backward(const float *gradient, const int *tokens, float *table, int count, int dim,
                                          int vocabulary) {
    const int own = blockIdx.x, token = tokens[own];
    if (token < 0 || token >= vocabulary) {
        return;
    }
    for (int i = 0; i < own; i++) {
        if (tokens[i] == token) {
            return;
        }
    }
    float *row = table + static_cast<long long>(token) * dim;
    for (int i = own; i < count; i++) {
        if (tokens[i] == token) {
            const float *source = gradient + static_cast<long long>(i) * dim;
            each_of_block(dim, [=](int d) { row[d] += source[d]; });
        }
    }
}

// Adam with decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101, algorithm 2, with a schedule of 1).
// The corrections are 1 - beta^step: the moments begin at zero and are too small by that at first.
FACTORY_KERNEL factory_adamw(float *parameters, float *first_moments, float *second_moments, const float *gradients,
                             float rate, float beta1, float beta2, float epsilon, float decay, float correction1,
                             float correction2, long long n) {
    const Chunk chunk = chunk_of(n);
    parameters += chunk.first, first_moments += chunk.first, second_moments += chunk.first, gradients += chunk.first;
    const float fresh1 = 1.0f - beta1, fresh2 = 1.0f - beta2;
    each_of_block(chunk.count, [=](int i) {
        const float gradient = gradients[i];
        const float first = fmaf(fresh1, gradient, beta1 * first_moments[i]);
        const float second = fmaf(fresh2 * gradient, gradient, beta2 * second_moments[i]);
        const float step = first / correction1 / (__fsqrt_rn(second / correction2) + epsilon);
        parameters[i] = fmaf(-rate, fmaf(decay, parameters[i], step), parameters[i]);
        first_moments[i] = first;
        second_moments[i] = second;
    });
}
