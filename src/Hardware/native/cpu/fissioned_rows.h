// The sums down a matrix's columns, row by row: rows lie together in memory, and a column's sum is still made from
// the first row to the last.
#pragma once

static void norm_gradient_parts_block(const float *input, const float *gradient, const float *moments, float *gain_parts,
                                      float *bias_parts, int rows, int columns) {
    float gain[column_block] = {}, bias[column_block] = {};
    const int first = blockIdx.x * column_block, width = width_of_column_block(columns);
    const long long begin = static_cast<long long>(blockIdx.y) * row_stretch;
    const long long end = begin + row_stretch < rows ? begin + row_stretch : rows;
    for (long long row = begin; row < end; row++) {
        const float *x = input + row * columns + first, *slope = gradient + row * columns + first;
        const float mean = moments[2 * row], scale = moments[2 * row + 1];
        for (int i = 0; i < width; i++) {
            gain[i] = fmaf(slope[i], (x[i] - mean) * scale, gain[i]);
            bias[i] += slope[i];
        }
    }
    const long long part = static_cast<long long>(blockIdx.y) * columns + first;
    memcpy(gain_parts + part, gain, sizeof(float) * width);
    memcpy(bias_parts + part, bias, sizeof(float) * width);
}

static void column_sums_block(const float *values, float *sums, int rows, int columns) {
    float total[column_block] = {};
    const int first = blockIdx.x * column_block, width = width_of_column_block(columns);
    for (int row = 0; row < rows; row++) {
        const float *line = values + static_cast<long long>(row) * columns + first;
        for (int i = 0; i < width; i++) {
            total[i] += line[i];
        }
    }
    memcpy(sums + first, total, sizeof(float) * width);
}
